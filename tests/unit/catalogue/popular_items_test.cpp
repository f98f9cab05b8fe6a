#include "catalogue/popular_items.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "support/eventually.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/fakes/sample_records.hpp"
#include "support/log_lines.hpp"

namespace sasrec::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

bus::Interaction event(std::string id, std::string item, base::Time time) {
  return {.id = std::move(id), .user = "u", .item = std::move(item), .time = time, .kind = "view"};
}

void fill(test::FakeInteractionStore& store) {
  const auto later = test::at(24h * 40);
  const std::vector<bus::Interaction> events{event("1", "old", test::at()), event("2", "a", later),
                                             event("3", "b", later), event("4", "b", later), event("5", "c", later)};
  ASSERT_TRUE(store.add_now(events));
}

TEST(PopularItems, AreEmptyBeforeTheyWereRead) {
  test::FakeInteractionStore store;
  const PopularItems popular(store);
  EXPECT_THAT(*popular.get(), IsEmpty());
  EXPECT_FALSE(popular.loaded());
}

TEST(PopularItems, AreTheFirstOfTheRanking) {
  test::FakeInteractionStore store;
  fill(store);
  PopularItems popular(store, {.max_items = 2});
  ASSERT_TRUE(popular.refresh());
  EXPECT_THAT(*popular.get(), ElementsAre(base::ScoredId{"b", 2}, base::ScoredId{"a", 1}));
  PopularItems all(store);
  ASSERT_TRUE(all.refresh());
  EXPECT_EQ(all.get()->back(), (base::ScoredId{"old", 0}));
}

TEST(PopularItems, AreReadAgainOnlyOnceTheyHaveChanged) {
  test::FakeInteractionStore store;
  fill(store);
  PopularItems popular(store);
  ASSERT_TRUE(popular.refresh());
  const auto before = popular.get();
  ASSERT_TRUE(popular.refresh());
  EXPECT_EQ(popular.get(), before);
  ASSERT_TRUE(store.add_now(std::vector{event("6", "c", test::at(24h * 41))}));
  ASSERT_TRUE(popular.refresh());
  EXPECT_EQ(popular.get()->at(1), (base::ScoredId{"c", 2}));
}

TEST(PopularItems, AreLoadedOnceTheyHoldSomethingOrNothingIsLeftToCount) {
  test::FakeInteractionStore store;
  store.count_later();
  PopularItems popular(store);
  ASSERT_TRUE(popular.refresh());
  EXPECT_FALSE(popular.loaded());
  ASSERT_TRUE(store.count_popular());
  ASSERT_TRUE(popular.refresh());
  EXPECT_TRUE(popular.loaded());

  store.count_later();
  fill(store);
  PopularItems early(store);
  ASSERT_TRUE(early.refresh());
  EXPECT_TRUE(early.loaded());
}

TEST(PopularItems, AreNotWaitedForForEverWhereNobodyCounts) {
  test::FakeInteractionStore store;
  store.count_later();
  PopularItems popular(store, {.patience = 0ms});
  EXPECT_FALSE(popular.loaded());
  ASSERT_TRUE(popular.refresh());
  EXPECT_TRUE(popular.loaded());
}

TEST(PopularItems, StayWhileTheStoreIsDown) {
  test::FakeInteractionStore store;
  fill(store);
  PopularItems popular(store);
  ASSERT_TRUE(popular.refresh());
  const auto before = popular.get();
  store.outage().fail();
  EXPECT_FALSE(popular.refresh());
  EXPECT_EQ(popular.get(), before);
}

TEST(PopularItems, AreReadAgainUntilStopped) {
  test::FakeInteractionStore store;
  fill(store);
  const auto calls = store.outage().calls();
  store.outage().fail_times(1);
  PopularItems popular(store);
  std::jthread running([&](const std::stop_token& stop) { popular.run(stop, 1ms); });
  ASSERT_TRUE(store.outage().await_calls(calls + 3));
  running.request_stop();
  running.join();
  EXPECT_EQ(popular.get()->front().item, "b");
}

/// Gives the outcomes it was told to give, and is idle from then on.
class ScriptedStore : public PopularityStore {
 public:
  base::Result<std::optional<PopularRanking>> popular(std::size_t, std::optional<std::int64_t>) override {
    return std::optional<PopularRanking>();
  }
  base::Result<Counting> count_popular() override {
    ++calls;
    if (outcomes.empty()) return Counting::kIdle;
    auto next = outcomes.front();
    outcomes.pop_front();
    return next;
  }
  std::deque<base::Result<Counting>> outcomes;
  std::atomic<std::size_t> calls = 0;
};

TEST(CountPopular, GoesOnAtOnceUntilAllIsCountedAndThenWaits) {
  ScriptedStore store;
  store.outcomes = {Counting::kMore, Counting::kMore, Counting::kWaiting, Counting::kWaiting, Counting::kIdle};
  std::jthread running([&](const std::stop_token& stop) { count_popular(store, stop, 1h); });
  EXPECT_TRUE(test::eventually(10s, [&] { return store.calls == 5; }));
  running.request_stop();
  running.join();
  EXPECT_EQ(store.calls, 5U);
}

TEST(CountPopular, TriesAgainAfterAnError) {
  ScriptedStore store;
  store.outcomes = {base::fail(base::ErrorCode::kUnavailable, "away"), Counting::kIdle};
  std::jthread running([&](const std::stop_token& stop) { count_popular(store, stop, 1ms); });
  EXPECT_TRUE(test::eventually(10s, [&] { return store.calls >= 3; }));
}

TEST(PopularItems, AnOutageIsLoggedOnceAndSoIsItsEnd) {
  test::FakeInteractionStore store;
  PopularItems popular(store);
  const test::LogLines log;
  store.outage().fail();
  {
    const std::jthread running([&](const std::stop_token& stop) { popular.run(stop, 1ms); });
    ASSERT_TRUE(store.outage().await_calls(20));
    store.outage().recover();
    ASSERT_TRUE(store.outage().await_calls(store.outage().calls() + 20));
  }
  EXPECT_THAT(log.all(), testing::ElementsAre(testing::StartsWith("warning: the popular items could not be read"),
                                              testing::StartsWith("info: the popular items can be read again")));
}

}  // namespace
}  // namespace sasrec::catalogue
