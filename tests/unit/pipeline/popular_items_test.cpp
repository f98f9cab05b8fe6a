#include "pipeline/popular_items.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "sample_messages.hpp"
#include "support/fakes/fake_interaction_store.hpp"

namespace sasrec::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

Interaction event(std::string id, std::string item, base::Time time) {
  return {.id = std::move(id), .user = "u", .item = std::move(item), .time = time, .kind = "view"};
}

void fill(test::FakeInteractionStore& store) {
  const std::vector<Interaction> events{event("1", "old", at()), event("2", "a", at(100h)), event("3", "b", at(100h)),
                                        event("4", "b", at(101h)), event("5", "c", at(101h))};
  ASSERT_TRUE(store.add_now(events));
}

TEST(PopularItems, AreEmptyBeforeTheyWereRead) {
  test::FakeInteractionStore store;
  EXPECT_THAT(*PopularItems(store).get(), IsEmpty());
}

TEST(PopularItems, AreThoseOfTheWindowUpToTheMost) {
  test::FakeInteractionStore store;
  fill(store);
  PopularItems popular(store, {.window = 24h, .most = 2});
  ASSERT_TRUE(popular.refresh());
  EXPECT_THAT(*popular.get(), ElementsAre(ScoredId{"b", 2}, ScoredId{"a", 1}));
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

}  // namespace
}  // namespace sasrec::pipeline
