#include "pipeline/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace sasrec::pipeline {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr GateOptions kOptions{.tolerance = 0.1, .least_cases = 50};

Verdict verdict(double candidate, double popularity, std::optional<double> serving, std::size_t cases = 100) {
  return judge({.cases = cases, .candidate = candidate, .popularity = popularity, .serving = serving}, kOptions);
}

TEST(Gate, ABetterModelPasses) {
  const auto passed = verdict(0.3, 0.1, 0.25);
  EXPECT_TRUE(passed.passed);
  EXPECT_THAT(passed.reason, HasSubstr("0.3000"));
  EXPECT_THAT(passed.reason, HasSubstr("0.2500"));
}

TEST(Gate, TheFirstModelNeedsToBeatPopularityOnly) {
  EXPECT_TRUE(verdict(0.11, 0.1, std::nullopt).passed);
  EXPECT_FALSE(verdict(0.1, 0.1, std::nullopt).passed);  // as good is not better
  EXPECT_FALSE(verdict(0.05, 0.1, std::nullopt).passed);
}

TEST(Gate, AModelThatPopularityBeatsIsRejectedHoweverBadTheServingOneIs) {
  const auto rejected = verdict(0.05, 0.1, 0.01);
  EXPECT_FALSE(rejected.passed);
  EXPECT_THAT(rejected.reason, HasSubstr("popularity alone has 0.1000"));
}

TEST(Gate, AModelMayBeWorseThanTheServingOneByTheTolerance) {
  EXPECT_TRUE(verdict(0.181, 0.1, 0.2).passed);
  const auto rejected = verdict(0.179, 0.1, 0.2);
  EXPECT_FALSE(rejected.passed);
  EXPECT_THAT(rejected.reason, HasSubstr("at least 0.1800"));
  EXPECT_THAT(rejected.reason, Not(HasSubstr("learned")));
}

TEST(Gate, ARivalThatKnowsTheCasesIsNamedAsSuch) {
  const auto rejected = judge(
      {.cases = 100, .candidate = 0.15, .popularity = 0.1, .serving = 0.3, .serving_knows_cases = true}, kOptions);
  EXPECT_FALSE(rejected.passed);
  EXPECT_THAT(rejected.reason, HasSubstr("has learned from some of these cases"));
}

TEST(Gate, AFewCasesSayNothing) {
  EXPECT_FALSE(verdict(0.9, 0.1, 0.1, 49).passed);
  EXPECT_TRUE(verdict(0.9, 0.1, 0.1, 50).passed);
}

TEST(Gate, WhatIsNoNumberPassesNothing) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(verdict(kNan, 0.1, 0.1).passed);
  EXPECT_FALSE(verdict(0.3, kNan, 0.1).passed);
  EXPECT_FALSE(verdict(0.3, 0.1, kNan).passed);
}

}  // namespace
}  // namespace sasrec::pipeline
