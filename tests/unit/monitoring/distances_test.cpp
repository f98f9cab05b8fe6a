#include "monitoring/distances.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sasrec::monitoring {
namespace {

TEST(Distances, AreWhatTheirFormulasSay) {
  const Histogram even{1'000'000, 1'000'000};
  const Histogram tilted{3'000'000, 1'000'000};
  EXPECT_NEAR(psi(even, tilted), 0.25 * std::log(1.5) - 0.25 * std::log(0.5), 1e-5);
  const double middle = 0.625;
  EXPECT_NEAR(jensen_shannon(even, tilted),
              (0.5 * std::log2(0.5 / middle) + 0.5 * std::log2(0.5 / (1 - middle)) + 0.75 * std::log2(0.75 / middle) +
               0.25 * std::log2(0.25 / (1 - middle))) /
                  2,
              1e-12);
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov(even, tilted), 0.25);
  EXPECT_DOUBLE_EQ(jensen_shannon({{5, 0}}, {{0, 7}}), 1);
  EXPECT_TRUE(std::isfinite(psi({{5, 0}}, {{0, 7}})));
}

TEST(Distances, GiniIsZeroForEqualsAndNearsOneForOne) {
  EXPECT_DOUBLE_EQ(gini({4, 4, 4, 4}), 0);
  EXPECT_DOUBLE_EQ(gini({0, 0, 0, 8}), 0.75);
  EXPECT_EQ(gini({}), 0);
}

}  // namespace
}  // namespace sasrec::monitoring
