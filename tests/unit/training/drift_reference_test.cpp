#include "training/drift_reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "evaluation/baselines.hpp"
#include "monitoring/baseline.hpp"
#include "monitoring/feature.hpp"
#include "unit/training/training_data.hpp"

namespace sasrec::training {
namespace {

using monitoring::Feature;
using monitoring::Histogram;

constexpr std::uint32_t kItems = 40;
constexpr std::int64_t kBegin = 1'790'000'000;

/// Scores the item after the newest one highest, by 2; all others by their number.
void rank_next(std::span<const evaluation::History> histories, std::span<float> scores) {
  const std::size_t columns = kItems + 1;
  for (std::size_t row = 0; row < histories.size(); ++row) {
    for (std::size_t item = 1; item < columns; ++item) {
      scores[row * columns + item] = 1 - static_cast<float>(item) / 1000;
    }
    scores[row * columns + 1 + histories[row].back().value % kItems] = 3;
  }
}

std::map<Feature, std::vector<Histogram>> reference(const dataset::Sequences& sequences, const dataset::Split& split) {
  std::map<Feature, std::vector<Histogram>> found;
  const auto counts = evaluation::count_items(sequences, split, kItems);
  for (auto& [feature, windows] : drift_reference(sequences, split, counts, rank_next)) {
    EXPECT_TRUE(found.emplace(feature, std::move(windows)).second) << name(feature);
  }
  return found;
}

dataset::Sequences timed_walks(std::uint32_t users) {
  auto sequences = circle_walks(users, kItems);
  for (std::size_t user = 0; user < users; ++user) {
    for (std::size_t at = sequences.offsets[user]; at < sequences.offsets[user + 1]; ++at) {
      sequences.times[at] = kBegin + static_cast<std::int64_t>(user * 3600 + at % 13 * 60);
    }
    std::ranges::sort(sequences.times.begin() + static_cast<std::ptrdiff_t>(sequences.offsets[user]),
                      sequences.times.begin() + static_cast<std::ptrdiff_t>(sequences.offsets[user + 1]));
  }
  return sequences;
}

TEST(DriftReference, HoldsTheModelsAnswersToWhatWasHeldBack) {
  const auto sequences = timed_walks(480);
  const auto found = reference(sequences, last_two_held_back(sequences));
  for (const auto feature :
       {Feature::kItemPopularity, Feature::kUnknownItems, Feature::kHourOfDay, Feature::kInteractionsPerUser,
        Feature::kHistoryLength, Feature::kTopScore, Feature::kScoreGap, Feature::kRecommendedPopularity,
        Feature::kRecommendedCoverage, Feature::kRecommendedGini}) {
    ASSERT_TRUE(found.contains(feature)) << name(feature);
    EXPECT_GE(found.at(feature).size(), monitoring::Baseline::kMin) << name(feature);
  }
  EXPECT_FALSE(found.contains(Feature::kUnknownUsers)) << "leave-one-out holds no user back";
  Histogram lengths(monitoring::kNumberBins);
  for (const auto& window : found.at(Feature::kHistoryLength)) {
    for (std::size_t bin = 0; bin < window.size(); ++bin) lengths[bin] += window[bin];
  }
  Histogram expected(monitoring::kNumberBins);  // walks of 4 to 15 steps, asked after all but the last two and one
  for (std::size_t length = 4; length < 16; ++length) {
    expected[monitoring::number_bin(static_cast<double>(length) - 2)] += 40;
    expected[monitoring::number_bin(static_cast<double>(length) - 1)] += 40;
  }
  EXPECT_EQ(lengths, expected);
  std::uint64_t answers = 0;
  for (const auto& window : found.at(Feature::kTopScore)) {
    answers += monitoring::total(window);
    EXPECT_EQ(window[monitoring::number_bin(3)], monitoring::total(window));
  }
  EXPECT_EQ(answers, 960U);
  std::uint64_t recommended = 0;
  for (const auto& window : found.at(Feature::kRecommendedPopularity)) recommended += monitoring::total(window);
  EXPECT_EQ(recommended, 9600U);
  for (const auto& window : found.at(Feature::kRecommendedCoverage)) EXPECT_EQ(monitoring::total(window), 500U);
}

TEST(DriftReference, ASplitByTimeTellsOfUnknownUsers) {
  const auto sequences = timed_walks(480);
  dataset::Split split;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    // Every fourth user came after the training.
    split.train_length.push_back(user % 4 == 0 ? 0 : static_cast<std::uint32_t>(sequences.length(user)) - 2);
  }
  const auto found = reference(sequences, split);
  ASSERT_TRUE(found.contains(Feature::kUnknownUsers));
  std::uint64_t unknown = 0;
  for (const auto& window : found.at(Feature::kUnknownUsers)) unknown += window[1];
  EXPECT_GT(unknown, 30U);
}

TEST(DriftReference, TooFewAnswersLeaveTheTrainingPartsLengths) {
  const auto sequences = timed_walks(200);  // 400 answers are 8 windows
  const auto found = reference(sequences, last_two_held_back(sequences));
  EXPECT_FALSE(found.contains(Feature::kTopScore));
  ASSERT_TRUE(found.contains(Feature::kHistoryLength));
  EXPECT_GT(found.at(Feature::kHistoryLength)[0][monitoring::number_bin(1)], 0U);
}

TEST(DriftReference, WithoutTimesThereAreTheAnswersAlone) {
  const auto sequences = circle_walks(480, kItems);
  const auto found = reference(sequences, last_two_held_back(sequences));
  EXPECT_TRUE(found.contains(Feature::kTopScore));
  EXPECT_FALSE(found.contains(Feature::kItemPopularity));
}

TEST(DriftReference, LooksAtNoMoreThanThreeThousandAnswers) {
  const auto sequences = circle_walks(4000, kItems);
  const auto found = reference(sequences, last_two_held_back(sequences));
  std::uint64_t answers = 0;
  for (const auto& window : found.at(Feature::kTopScore)) answers += monitoring::total(window);
  EXPECT_EQ(answers, 3000U);
  EXPECT_EQ(found.at(Feature::kTopScore).size(), 30U);
}

}  // namespace
}  // namespace sasrec::training
