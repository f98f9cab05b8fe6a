#include "monitoring/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "monitoring/baseline.hpp"

namespace sasrec::monitoring {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Reference, DecilesHoldATenthOfTheInteractionsEach) {
  std::vector<std::uint64_t> counts(100, 1);
  counts[7] = 100;  // half of all
  const auto deciles = popularity_deciles(counts);
  EXPECT_EQ(deciles[7], 0);
  Histogram held(kDeciles);
  for (std::size_t item = 0; item < counts.size(); ++item) held[deciles[item]] += counts[item];
  EXPECT_EQ(held[0], 100U);
  for (std::size_t decile = 6; decile < kDeciles; ++decile) EXPECT_NEAR(static_cast<double>(held[decile]), 20, 1);
}

TEST(Reference, AnswersGiveWindowsInOrderOfTime) {
  std::vector<HeldOutAnswer> answers;
  for (std::uint32_t n = 0; n < 600; ++n) {
    HeldOutAnswer answer{.time = 1000 - n, .history_length = n < 300 ? 20U : 5U, .by_model = n % 4 != 0, .items = {}};
    if (answer.by_model) {
      answer.top_score = 3;
      answer.score_gap = 0.5;
      for (std::uint32_t item = 0; item < 10; ++item) answer.items.push_back((n + item) % 20);
    }
    answers.push_back(std::move(answer));
  }
  const auto features = answer_windows(answers, popularity_deciles(std::vector<std::uint64_t>(20, 5)));
  ASSERT_EQ(features.size(), 7U);
  for (const auto& [feature, windows] : features) {
    ASSERT_EQ(windows.size(), 12U) << name(feature);
    for (const auto& window : windows) ASSERT_EQ(window.size(), bins(feature)) << name(feature);
    if (feature == Feature::kHistoryLength) {
      EXPECT_EQ(windows.front()[number_bin(5)], 50U);
      EXPECT_EQ(windows.back()[number_bin(20)], 50U);
    }
    if (feature == Feature::kUnknownUsers) {
      EXPECT_THAT(windows[1], AnyOf(ElementsAre(37, 13), ElementsAre(38, 12)));
    }
    if (feature == Feature::kTopScore) {
      EXPECT_NEAR(static_cast<double>(windows[0][number_bin(3)]), 37.5, 0.6);
    }
    if (feature == Feature::kRecommendedPopularity) {
      EXPECT_NEAR(static_cast<double>(total(windows[0])), 375, 6);
    }
  }
  EXPECT_THAT(answer_windows({}, {}), IsEmpty());
}

TEST(Reference, OutlivesJson) {
  const std::vector<ReferenceWindows> written{{Feature::kUnknownItems, {{90, 1}, {80, 2}}}};
  const auto read = read_windows(boost::json::value(to_json(written)));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].feature, Feature::kUnknownItems);
  EXPECT_THAT(read[0].windows, ElementsAre(ElementsAre(90, 1), ElementsAre(80, 2)));
}

TEST(Reference, WhatIsNotUnderstoodIsLeftOut) {
  EXPECT_THAT(read_windows(boost::json::value(3)), IsEmpty());
  EXPECT_THAT(read_windows(boost::json::value{{"format", 2}, {"features", boost::json::object()}}), IsEmpty());
  boost::json::object features{{"unknown_items", {{"windows", {{1, 2}, {1, 2, 3}, "x", {1, -2}}}}}, {"kind", 1}};
  const auto read = read_windows(boost::json::value{{"format", 1}, {"features", features}});
  ASSERT_EQ(read.size(), 1U);
  EXPECT_THAT(read[0].windows, ElementsAre(ElementsAre(1, 2)));
}

TEST(Reference, ALogGivesWindowsOfItsTimes) {
  std::vector<Event> events;
  const std::int64_t begin = 1'790'000'000 / 86'400 * 86'400;
  for (std::uint32_t n = 0; n < 60 * 40; ++n) {  // 40 days of 60 events, at noon
    events.push_back({.time = begin + n / 60 * 86'400 + 43'200, .user = n % 7, .item = n % 20, .position = n / 7});
  }
  const auto features = reference_windows(events, popularity_deciles(std::vector<std::uint64_t>(20, 120)));
  ASSERT_EQ(features.size(), 5U);
  for (const auto& [feature, windows] : features) {
    EXPECT_GE(windows.size(), Baseline::kMin) << name(feature);
    for (const auto& window : windows) EXPECT_EQ(window.size(), bins(feature));
    if (feature == Feature::kHourOfDay) {
      EXPECT_EQ(windows.size(), 30U);
      EXPECT_EQ(windows[0][12], 60U);
    }
    if (feature == Feature::kUnknownItems) {
      EXPECT_EQ(windows.back()[1], 0U);
    }
  }
  for (auto& event : events) event.time = 0;
  EXPECT_THAT(reference_windows(events, popularity_deciles(std::vector<std::uint64_t>(20, 120))), IsEmpty());
}

}  // namespace
}  // namespace sasrec::monitoring
