#include "dataset/sequences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sasrec::dataset {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

InteractionLog log_of(std::vector<Interaction> interactions) {
  return {
      .users = {"u", "v", "w"}, .items = {"a", "b", "c", "d"}, .interactions = std::move(interactions), .timed = true};
}

TEST(BuildSequences, GroupsByUserAndOrdersByTimeThenFile) {
  const auto sequences = build_sequences(log_of({{.user = 1, .item = {3}, .time = 5},
                                                 {.user = 0, .item = {0}, .time = 9},
                                                 {.user = 0, .item = {2}, .time = 4},
                                                 {.user = 0, .item = {1}, .time = 9},
                                                 {.user = 0, .item = {3}, .time = 4}}));
  EXPECT_EQ(sequences.user_count(), 3U);
  EXPECT_THAT(sequences.of(0), ElementsAre(LogItem{2}, LogItem{3}, LogItem{0}, LogItem{1}));
  EXPECT_THAT(sequences.times_of(0), ElementsAre(4, 4, 9, 9));
  EXPECT_THAT(sequences.of(1), ElementsAre(LogItem{3}));
  EXPECT_THAT(sequences.of(2), IsEmpty());
}

TEST(BuildSequences, KeepsFileOrderWithoutTimes) {
  const auto sequences = build_sequences(log_of({{.user = 0, .item = {3}}, {.user = 0, .item = {1}}}));
  EXPECT_THAT(sequences.of(0), ElementsAre(LogItem{3}, LogItem{1}));
}

TEST(BuildSequences, OrdersAMillionInteractionsOfOneUser) {
  constexpr std::int64_t kLength = 1'000'000;
  InteractionLog log{.users = {"u"}, .items = {"even", "odd"}, .interactions = {}, .timed = true};
  // Times fall, and stand twice each: first with the even item, then with the odd one.
  for (std::int64_t i = 0; i < kLength; ++i) {
    log.interactions.push_back({.user = 0, .item = {static_cast<std::uint32_t>(i % 2)}, .time = (kLength - i - 1) / 2});
  }
  const auto sequences = build_sequences(log);
  EXPECT_TRUE(std::ranges::is_sorted(sequences.times));
  EXPECT_THAT(sequences.of(0).first(4), ElementsAre(LogItem{0}, LogItem{1}, LogItem{0}, LogItem{1}));
}

TEST(IndexSequences, MapsUnknownItemsToPadding) {
  const auto log = log_of({{.user = 0, .item = {0}}, {.user = 0, .item = {1}}, {.user = 1, .item = {2}}});
  const auto vocabulary = base::Vocabulary::build({"c", "a"});
  ASSERT_TRUE(vocabulary);
  const auto sequences = index_sequences(build_sequences(log), log, *vocabulary);
  EXPECT_THAT(sequences.of(0), ElementsAre(base::ItemIndex{2}, base::kPadding));
  EXPECT_THAT(sequences.of(1), ElementsAre(base::ItemIndex{1}));
  EXPECT_THAT(sequences.users, ElementsAre("u", "v", "w"));
}

}  // namespace
}  // namespace sasrec::dataset
