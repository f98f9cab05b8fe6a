#include "retrieval/code_query.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "unit/retrieval/random_table.hpp"

namespace sasrec::retrieval {
namespace {

using base::ItemIndex;

constexpr std::size_t kItems = 600;
constexpr std::size_t kHidden = 24;

class CodeQueryTest : public testing::Test {
 protected:
  /// The sum of an item's codes times the query's numbers, by the layout that kernels/table.hpp describes.
  int sum_of(std::size_t place) const {
    const std::size_t block = place / CodeTable::kBlock;
    int sum = 0;
    for (std::size_t c = 0; c < codes_.lines() * kernels::kCodeColumns; ++c) {
      const std::size_t in_line = c % kernels::kCodeColumns;
      const unsigned char byte =
          codes_.codes()[(block * codes_.lines() + c / kernels::kCodeColumns) * kernels::kCodeLine +
                         4 * (place % CodeTable::kBlock) + in_line % 4];
      sum += static_cast<int>(in_line < 4 ? byte & 15U : static_cast<unsigned>(byte) >> 4U) * query_.numbers()[c];
    }
    return sum;
  }
  float score(std::size_t place) const { return table_.score(state_, ItemIndex{codes_.items()[place]}); }

  ItemTable table_ = random_table(kItems, kHidden);
  CodeTable codes_{table_};
  CodeQuery query_{codes_};
  std::vector<float> state_ = random_numbers(kHidden, 7);
};

TEST_F(CodeQueryTest, NoScoreIsAboveItsBounds) {
  ASSERT_TRUE(query_.set(state_));
  std::vector<float> bounds(codes_.groups());
  query_.bound_groups(table_, 0, bounds);
  float closest = std::numeric_limits<float>::infinity();
  float best = 0;
  for (std::size_t place = 0; place < kItems; ++place) {
    const std::size_t block = place / CodeTable::kBlock;
    const float highest = query_.highest(query_.score(sum_of(place), block), block);
    EXPECT_LE(score(place), highest) << place;
    EXPECT_LE(score(place), bounds[place / CodeTable::kGroup]) << place;
    closest = std::min(closest, highest - score(place));
    best = std::max(best, score(place));
  }
  EXPECT_LT(closest, best / 4) << "a bound that is never near is of no use";
}

TEST_F(CodeQueryTest, LimitsLeaveOutOnlyItemsBelowTheThreshold) {
  ASSERT_TRUE(query_.set(state_));
  std::vector<float> scores(kItems);
  for (std::size_t place = 0; place < kItems; ++place) scores[place] = score(place);
  auto sorted = scores;
  std::ranges::sort(sorted);
  const float threshold = sorted[kItems - 10];
  std::size_t left_out = 0;
  for (std::size_t group = 0; group < codes_.groups(); ++group) {
    std::array<int, CodeTable::kGroupBlocks> limits{};
    query_.limit_sums(table_, group, threshold, limits.data());
    for (std::size_t n = 0; n < CodeTable::kGroup; ++n) {
      const std::size_t place = group * CodeTable::kGroup + n;
      if (place >= kItems || sum_of(place) > limits[n / CodeTable::kBlock]) continue;
      EXPECT_LT(scores[place], threshold) << place;
      ++left_out;
    }
  }
  EXPECT_GT(left_out, kItems / 2);
}

TEST_F(CodeQueryTest, ScoresOfABlockAreThoseOfItsItems) {
  ASSERT_TRUE(query_.set(state_));
  std::array<int, CodeTable::kBlock> sums{};
  std::array<float, CodeTable::kBlock> scores{};
  for (std::size_t n = 0; n < sums.size(); ++n) sums[n] = sum_of(CodeTable::kBlock + n);
  query_.scores(sums.data(), 1, scores.data());
  for (std::size_t n = 0; n < sums.size(); ++n) EXPECT_FLOAT_EQ(scores[n], query_.score(sums[n], 1));
}

TEST_F(CodeQueryTest, RefusesStatesThatNoBoundHoldsFor) {
  EXPECT_FALSE(query_.set(std::vector<float>(kHidden, 0.0F)));
  for (const float number : {1e13F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    state_[3] = number;
    EXPECT_FALSE(query_.set(state_)) << number;
  }
}

}  // namespace
}  // namespace sasrec::retrieval
