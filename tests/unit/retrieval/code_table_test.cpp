#include "retrieval/code_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "unit/retrieval/random_table.hpp"

namespace sasrec::retrieval {
namespace {

using base::ItemIndex;

constexpr std::size_t kItems = 700;
constexpr std::size_t kHidden = 21;  // neither whole lines of codes nor whole vectors

/// The number that the codes of a place have in a column, by the layout that kernels/table.hpp describes.
float decoded(const CodeTable& codes, std::size_t place, std::size_t column) {
  const std::size_t block = place / CodeTable::kBlock;
  const std::size_t line = column / kernels::kCodeColumns;
  const std::size_t in_line = column % kernels::kCodeColumns;
  const unsigned char byte =
      codes
          .codes()[(block * codes.lines() + line) * kernels::kCodeLine + 4 * (place % CodeTable::kBlock) + in_line % 4];
  const unsigned code = in_line < 4 ? byte & 15U : static_cast<unsigned>(byte) >> 4U;
  return codes.scales()[block] * (static_cast<float>(code) - CodeTable::kCenter);
}

TEST(CodeTable, HoldsEachItemOnceAndNothingInThePlacesLeft) {
  const auto table = random_table(kItems, kHidden);
  const CodeTable codes(table);
  ASSERT_TRUE(codes.usable());
  EXPECT_EQ(codes.groups(), 3U);
  std::vector<std::uint32_t> items(codes.items().begin(), codes.items().end());
  ASSERT_EQ(items.size(), 3 * CodeTable::kGroup);
  for (std::size_t place = kItems; place < items.size(); ++place) EXPECT_EQ(items[place], 0U) << place;
  items.resize(kItems);
  std::ranges::sort(items);
  for (std::uint32_t n = 0; n < kItems; ++n) ASSERT_EQ(items[n], n + 1);
}

TEST(CodeTable, ErrorsAreNoLongerThanItSays) {
  const auto table = random_table(kItems, kHidden);
  const CodeTable codes(table);
  double longest = 0;
  double worst_share = 0;
  for (std::size_t place = 0; place < kItems; ++place) {
    const auto row = table.row(ItemIndex{codes.items()[place]});
    double squares = 0;
    double code_squares = 0;
    for (std::size_t c = 0; c < kHidden; ++c) {
      const double number = decoded(codes, place, c);
      squares += (row[c] - number) * (row[c] - number);
      code_squares += number * number;
    }
    const double bound = codes.errors()[place / CodeTable::kBlock];
    EXPECT_LE(std::sqrt(squares), bound * (1 + 1e-5));
    EXPECT_LE(std::sqrt(code_squares), codes.longest_of_codes() * (1 + 1e-5));
    worst_share = std::max(worst_share, std::sqrt(squares) / bound);
    longest = std::max(longest, std::sqrt(code_squares));
  }
  // And the bounds are reached, so they are no larger than they must be.
  EXPECT_GT(worst_share, 1 - 1e-5);
  EXPECT_NEAR(longest, codes.longest_of_codes(), 1e-4);
}

TEST(CodeTable, AGroupsRadiusHoldsItsItems) {
  const auto table = random_table(kItems, kHidden);
  const CodeTable codes(table);
  for (std::size_t place = 0; place < kItems; ++place) {
    const std::size_t group = place / CodeTable::kGroup;
    const auto row = table.row(ItemIndex{codes.items()[place]});
    const float* const center = codes.centers().data() + group * codes.center_stride();
    double squares = 0;
    for (std::size_t c = 0; c < kHidden; ++c) squares += std::pow(double{row[c]} - double{center[c]}, 2);
    EXPECT_LE(std::sqrt(squares), codes.radii()[group] * (1 + 1e-5));
  }
}

TEST(CodeTable, IsNotUsableWithNumbersThatNoBoundHoldsFor) {
  for (const float number : {1e20F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    auto numbers = random_numbers((kItems + 1) * kHidden, 1);
    numbers[5 * kHidden] = number;
    EXPECT_FALSE(CodeTable(ItemTable(numbers, kItems, kHidden)).usable()) << number;
  }
}

}  // namespace
}  // namespace sasrec::retrieval
