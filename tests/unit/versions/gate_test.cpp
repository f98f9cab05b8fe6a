#include "versions/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace sasrec::versions {
namespace {

using testing::HasSubstr;

constexpr GateOptions kOptions{.tolerance = 0.1, .min_cases = 50};

/// No model is served.
Verdict alone(double candidate, double popularity, std::size_t cases = 100) {
  return decide({.cases = cases, .candidate = candidate, .popularity = popularity, .rival = {}}, kOptions);
}

/// `error`: the standard error of the difference.
Verdict verdict(double candidate, double popularity, double serving, double error = 0.0001) {
  return decide({.cases = 100,
                 .candidate = candidate,
                 .popularity = popularity,
                 .is_served = true,
                 .rival = Rival{.ndcg = serving, .difference = {.mean = candidate - serving, .error = error}}},
                kOptions);
}

TEST(Gate, ABetterModelPasses) {
  const auto passed = verdict(0.3, 0.1, 0.25);
  EXPECT_TRUE(passed.passed);
  EXPECT_EQ(passed.code, GateCode::kBetter);
  EXPECT_THAT(passed.reason, HasSubstr("0.3000"));
  EXPECT_THAT(passed.reason, HasSubstr("0.2500"));
}

TEST(Gate, ALeadThatChanceExplainsIsNotCalledBetter) {
  EXPECT_EQ(verdict(0.3, 0.1, 0.25, 0.029).code, GateCode::kBetter);
  EXPECT_EQ(verdict(0.3, 0.1, 0.25, 0.031).code, GateCode::kNotWorse);  // 1.645 times that is more than 0.05
  EXPECT_TRUE(verdict(0.3, 0.1, 0.25, 0.031).passed);
}

TEST(Gate, TheFirstModelNeedsToBeatPopularityOnly) {
  EXPECT_TRUE(alone(0.11, 0.1).passed);
  EXPECT_EQ(alone(0.11, 0.1).code, GateCode::kNoRival);
  EXPECT_EQ(alone(0.1, 0.1).code, GateCode::kBelowPopularity);  // as good is not better
  EXPECT_FALSE(alone(0.1, 0.1).passed);
  EXPECT_FALSE(alone(0.05, 0.1).passed);
}

TEST(Gate, AModelThatPopularityBeatsIsRejectedHoweverBadTheServingOneIs) {
  const auto rejected = verdict(0.05, 0.1, 0.01);
  EXPECT_FALSE(rejected.passed);
  EXPECT_EQ(rejected.code, GateCode::kBelowPopularity);
  EXPECT_THAT(rejected.reason, HasSubstr("popularity 0.1000"));
}

TEST(Gate, AModelMayBeWorseThanTheServingOneByTheTolerance) {
  EXPECT_EQ(verdict(0.181, 0.1, 0.2).code, GateCode::kNotWorse);
  const auto rejected = verdict(0.179, 0.1, 0.2);
  EXPECT_FALSE(rejected.passed);
  EXPECT_EQ(rejected.code, GateCode::kWorse);
  EXPECT_THAT(rejected.reason, HasSubstr("tolerance of 10 %"));
}

TEST(Gate, AModelMayBeWorseThanTheServingOneByWhatChanceExplains) {
  EXPECT_EQ(verdict(0.15, 0.1, 0.2, 0.031).code, GateCode::kNotWorse);
  EXPECT_EQ(verdict(0.15, 0.1, 0.2, 0.029).code, GateCode::kWorse);
  EXPECT_EQ(verdict(0.15, 0.1, 0.2, std::numeric_limits<double>::infinity()).code, GateCode::kNotWorse);
}

TEST(Gate, WhereTheServingModelCannotBeComparedPopularityDecidesAndTheVerdictSaysSo) {
  const GateScores scores{.cases = 100, .candidate = 0.15, .popularity = 0.1, .is_served = true, .rival = {}};
  const auto passed = decide(scores, kOptions);
  EXPECT_TRUE(passed.passed);
  EXPECT_EQ(passed.code, GateCode::kPopularityOnly);
  EXPECT_THAT(passed.reason, HasSubstr("was not compared"));
}

TEST(Gate, AFewCasesSayNothing) {
  EXPECT_FALSE(alone(0.9, 0.1, 49).passed);
  EXPECT_EQ(alone(0.9, 0.1, 49).code, GateCode::kTooFewCases);
  EXPECT_TRUE(alone(0.9, 0.1, 50).passed);
}

TEST(Gate, WhatIsNoNumberPassesNothing) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(verdict(kNan, 0.1, 0.1).passed);
  EXPECT_FALSE(verdict(0.3, kNan, 0.1).passed);
  EXPECT_FALSE(verdict(0.3, 0.1, kNan).passed);
  const Rival odd{.ndcg = kNan, .difference = {.mean = 0.1, .error = 0.1}};
  EXPECT_FALSE(
      decide({.cases = 100, .candidate = 0.3, .popularity = 0.1, .is_served = true, .rival = odd}, kOptions).passed);
}

TEST(Gate, EachCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const auto code : {GateCode::kBetter, GateCode::kNotWorse, GateCode::kNoRival, GateCode::kPopularityOnly,
                          GateCode::kBelowPopularity, GateCode::kWorse, GateCode::kTooFewCases}) {
    names.insert(to_string(code));
  }
  EXPECT_EQ(names.size(), 7U);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace sasrec::versions
