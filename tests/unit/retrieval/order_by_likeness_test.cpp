#include "retrieval/order_by_likeness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace sasrec::retrieval {
namespace {

TEST(OrderByLikeness, HasEveryRowOnce) {
  for (const std::size_t count : {1U, 15U, 16U, 17U, 63U, 64U, 65U, 1000U}) {
    std::vector<float> rows(count * 3);
    for (std::size_t n = 0; n < rows.size(); ++n) rows[n] = static_cast<float>(n * 7919 % 31);
    auto order = order_by_likeness(rows, 3, 2, 64, 16);
    std::ranges::sort(order);
    std::vector<std::uint32_t> all(count);
    std::iota(all.begin(), all.end(), 0U);
    EXPECT_EQ(order, all);
  }
}

TEST(OrderByLikeness, PutsLikeRowsTogether) {
  // Four kinds by the signs of two columns, told apart by the third column, which is not looked at.
  constexpr std::size_t kCount = 256;
  std::vector<float> rows(kCount * 3);
  for (std::size_t n = 0; n < kCount; ++n) {
    rows[3 * n] = n % 2 == 0 ? 5.0F : -5.0F;
    rows[3 * n + 1] = n / 2 % 2 == 0 ? 4.0F : -4.0F;
    rows[3 * n + 2] = static_cast<float>(n);
  }
  const auto order = order_by_likeness(rows, 3, 2, 64, 16);
  for (std::size_t place = 0; place < kCount; ++place) {
    EXPECT_EQ(order[place] % 4, order[place / 64 * 64] % 4) << place;
  }
}

}  // namespace
}  // namespace sasrec::retrieval
