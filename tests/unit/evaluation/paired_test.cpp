#include "evaluation/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace sasrec::evaluation {
namespace {

TEST(PairedDifference, IsTheMeanAndItsStandardError) {
  const std::vector<double> first{1, 0, 0.5, 0.5};
  const std::vector<double> second{0, 0, 0.5, 0.1};
  const auto difference = paired_difference(first, second);
  EXPECT_DOUBLE_EQ(difference.mean, 0.35);
  // Differences 1, 0, 0, 0.4: variance 0.67 / 3, divided by 4 cases.
  EXPECT_NEAR(difference.error, std::sqrt(0.67 / 3 / 4), 1e-12);
  EXPECT_NEAR(difference.margin(), 1.6449 * difference.error, 1e-12);
}

TEST(PairedDifference, OneCaseTellsNothing) {
  EXPECT_TRUE(std::isinf(paired_difference(std::vector<double>{0}, std::vector<double>{1}).error));
  EXPECT_TRUE(std::isinf(paired_difference({}, {}).error));
}

TEST(PairedDifference, EqualModelsLieBelowTheMarginInOneOfTwentyComparisons) {
  std::mt19937_64 random(7);
  std::bernoulli_distribution hit(0.2);
  int below = 0;
  constexpr int kComparisons = 2000;
  for (int i = 0; i < kComparisons; ++i) {
    std::vector<double> first(300);
    std::vector<double> second(300);
    for (auto* values : {&first, &second}) {
      for (auto& value : *values) value = hit(random) ? 0.5 : 0;
    }
    const auto difference = paired_difference(first, second);
    if (difference.mean < -difference.margin()) ++below;
  }
  EXPECT_NEAR(below, kComparisons / 20, 35);  // five percent, and three and a half standard deviations of the count
}

}  // namespace
}  // namespace sasrec::evaluation
