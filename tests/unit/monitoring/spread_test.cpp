#include "monitoring/spread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace sasrec::monitoring {
namespace {

using testing::ElementsAre;

TEST(Spread, IsThatOfASampleInWhateverOrder) {
  EXPECT_THAT(spread_of(std::vector<std::uint64_t>(499, 1)).coverage, ElementsAre(0, 0));
  const auto even = spread_of(std::vector<std::uint64_t>(500, 1));
  EXPECT_THAT(even.coverage, ElementsAre(500, 0));
  EXPECT_THAT(even.gini, ElementsAre(0, 500));
  const auto one = spread_of({700, 0, 0});
  EXPECT_THAT(one.coverage, ElementsAre(1, 499));
  EXPECT_THAT(one.gini, ElementsAre(0, 500));
  const auto two = spread_of({600, 0, 300});  // two thirds and one third: a Gini coefficient of a sixth
  EXPECT_THAT(two.coverage, ElementsAre(2, 498));
  EXPECT_NEAR(static_cast<double>(two.gini[0]), 500.0 / 6, 15);
  EXPECT_EQ(spread_of({300, 600}).gini, two.gini);
}

}  // namespace
}  // namespace sasrec::monitoring
