#include "monitoring/feature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string_view>

namespace sasrec::monitoring {
namespace {

TEST(Features, NumbersFallIntoBinsInOrder) {
  for (const double low : {-1000.0, -3.0, -0.2, 0.0, 0.2, 1.0, 2.0, 10.0, 100.0, 1000.0}) {
    EXPECT_LE(number_bin(low), number_bin(low + 0.5));
  }
  EXPECT_LT(number_bin(10), number_bin(12));
  EXPECT_LT(number_bin(500), number_bin(600));
  EXPECT_EQ(number_bin(1e300), kNumberBins - 1);
  EXPECT_EQ(number_bin(-1e300), 0U);
  EXPECT_EQ(number_bin(std::nan("")), 0U);
  EXPECT_NE(kind_bin("view"), kind_bin("purchase"));
}

TEST(Features, EachHasANameOfItsOwnBinsAndStatistics) {
  std::set<std::string_view> names;
  for (const auto feature : all_features()) {
    EXPECT_TRUE(names.insert(name(feature)).second) << name(feature);
    EXPECT_GE(bins(feature), 2U) << name(feature);
    EXPECT_FALSE(statistics_of(feature).empty()) << name(feature);
  }
  EXPECT_EQ(names.size(), kFeatures);
  EXPECT_TRUE(needs_a_day(Feature::kHourOfDay));
  EXPECT_FALSE(needs_a_day(Feature::kKind));
  // Hours are a circle of classes, lengths are numbers in order.
  EXPECT_THAT(statistics_of(Feature::kHistoryLength), testing::Contains(Statistic::kKolmogorovSmirnov));
  EXPECT_THAT(statistics_of(Feature::kKind), testing::Contains(Statistic::kPsi));
}

}  // namespace
}  // namespace sasrec::monitoring
