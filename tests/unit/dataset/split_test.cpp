#include "dataset/split.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sasrec::dataset {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;

/// A log with one list of times per user; each interaction has an item of its own: "0", "1", ... in that order.
InteractionLog log_of(const std::vector<std::vector<std::int64_t>>& times) {
  InteractionLog log;
  log.timed = true;
  for (const auto& user : times) {
    const auto number = static_cast<std::uint32_t>(log.users.size());
    log.users.push_back(std::to_string(number));
    for (const auto time : user) {
      log.interactions.push_back(
          {.user = number, .item = {static_cast<std::uint32_t>(log.items.size())}, .time = time});
      log.items.push_back(std::to_string(log.items.size()));
    }
  }
  return log;
}

LogSequences sequences_of(const std::vector<std::vector<std::int64_t>>& times) {
  return build_sequences(log_of(times));
}

std::vector<std::pair<unsigned, unsigned>> pairs(const std::vector<Case>& cases) {
  std::vector<std::pair<unsigned, unsigned>> result;
  for (const auto& one : cases) result.emplace_back(one.user, one.position);
  return result;
}

using Pair = std::pair<unsigned, unsigned>;

TEST(LeaveOneOut, KeepsTheLastTwoItemsBack) {
  const auto split = split_sequences(sequences_of({{1, 2, 3, 4}, {1}, {1, 2}, {1, 2, 3}, {}}), Protocol::kLeaveOneOut);
  ASSERT_TRUE(split);
  EXPECT_THAT(split->train_length, ElementsAre(2, 1, 2, 1, 0));
  EXPECT_THAT(pairs(split->validation), ElementsAre(Pair(0, 2), Pair(3, 1)));
  EXPECT_THAT(pairs(split->test), ElementsAre(Pair(0, 3), Pair(3, 2)));
}

TEST(LeaveOneOut, NeedsAUserWithThreeInteractions) {
  const auto split = split_sequences(sequences_of({{1}, {1, 2}}), Protocol::kLeaveOneOut);
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(split.error().message, HasSubstr("none of the 2 users has 3 interactions"));
}

TEST(TimeSplit, CutsAtTheQuantilesOfAllInteractions) {
  // Ten interactions at times 1 to 10: training is before 9, validation is 9, test is 10.
  const auto split = split_sequences(sequences_of({{1, 3, 5, 7, 9}, {2, 4, 6, 8, 10}}), Protocol::kTimeSplit);
  ASSERT_TRUE(split);
  EXPECT_THAT(split->train_length, ElementsAre(4, 4));
  EXPECT_THAT(pairs(split->validation), ElementsAre(Pair(0, 4)));
  EXPECT_THAT(pairs(split->test), ElementsAre(Pair(1, 4)));
}

TEST(TimeSplit, AsksEachLaterInteractionThatHasAHistory) {
  // Cuts at 5 and 7. User 2 comes new in the test part: the first item can't be asked, the second can.
  const auto split = split_sequences(sequences_of({{1, 2, 3, 5, 6, 7}, {4}, {8, 9, 9}}), Protocol::kTimeSplit,
                                     {.validation = 0.4, .test = 0.6});
  ASSERT_TRUE(split);
  EXPECT_THAT(split->train_length, ElementsAre(3, 1, 0));
  EXPECT_THAT(pairs(split->validation), ElementsAre(Pair(0, 3), Pair(0, 4)));
  EXPECT_THAT(pairs(split->test), ElementsAre(Pair(0, 5), Pair(2, 1), Pair(2, 2)));
}

TEST(TimeSplit, EqualTimesFallOnOneSideOfACut) {
  const auto split = split_sequences(sequences_of({{1, 1, 1, 2, 2, 2, 3, 3, 3, 3}}), Protocol::kTimeSplit,
                                     {.validation = 0.4, .test = 0.8});
  ASSERT_TRUE(split);
  EXPECT_THAT(split->train_length, ElementsAre(3));
  EXPECT_EQ(split->validation.size(), 3U);
  EXPECT_EQ(split->test.size(), 4U);
}

std::string time_split_error(const std::vector<std::vector<std::int64_t>>& times, TimeSplitQuantiles quantiles = {}) {
  const auto split = split_sequences(sequences_of(times), Protocol::kTimeSplit, quantiles);
  EXPECT_FALSE(split);
  if (split) return {};
  EXPECT_EQ(split.error().code, ErrorCode::kInvalidInput);
  return split.error().message;
}

TEST(TimeSplit, TellsWhyALogCannotBeSplit) {
  EXPECT_THAT(time_split_error({{0, 0, 0, 0}}), HasSubstr("needs a log with times"));
  EXPECT_THAT(time_split_error({{7, 7, 7, 7}}), HasSubstr("leaves nothing to train on"));
  EXPECT_THAT(time_split_error({{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}}), HasSubstr("nothing to ask"));
  EXPECT_THAT(time_split_error({{1, 2, 3}}, {.validation = 0.9, .test = 0.8}), HasSubstr("must rise"));
  EXPECT_THAT(time_split_error({{1, 2, 3}}, {.validation = 0.5, .test = 1}), HasSubstr("must rise"));
}

TEST(Protocol, HasStableNames) {
  EXPECT_EQ(parse_protocol("leave-one-out").value(), Protocol::kLeaveOneOut);
  EXPECT_EQ(parse_protocol("time-split").value(), Protocol::kTimeSplit);
  const auto unknown = parse_protocol("random");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("\"random\""));
}

TEST(PickEvenly, KeepsTheOrderAndSpreadsOverAllCases) {
  std::vector<Case> cases;
  for (std::uint32_t user = 0; user < 10; ++user) cases.push_back({.user = user, .position = 1});
  const auto users = [&](std::size_t max_cases) {
    std::vector<std::uint32_t> picked;
    for (const auto& asked : pick_evenly(cases, max_cases)) picked.push_back(asked.user);
    return picked;
  };
  EXPECT_THAT(users(3), testing::ElementsAre(0, 3, 6));
  EXPECT_THAT(users(10), testing::SizeIs(10));
  EXPECT_THAT(users(11), testing::SizeIs(10));
  EXPECT_THAT(users(0), testing::IsEmpty());
}

TEST(TrainingVocabulary, HoldsTheItemsOfTheTrainingPartInOrderOfAppearance) {
  const auto log = log_of({{4, 3, 2, 1}, {1, 2, 3}});
  const auto sequences = build_sequences(log);
  const auto split = split_sequences(sequences, Protocol::kLeaveOneOut);
  ASSERT_TRUE(split);
  const auto vocabulary = training_vocabulary(log, sequences, *split);
  ASSERT_TRUE(vocabulary);
  EXPECT_THAT(vocabulary->ids(), ElementsAre("2", "3", "4"));
}

}  // namespace
}  // namespace sasrec::dataset
