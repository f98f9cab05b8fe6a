#include "serving/result_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "bus/codec.hpp"
#include "serving/event_ring.hpp"
#include "support/eventually.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::serving {
namespace {

using namespace std::chrono_literals;

bus::ResultRecord result_of(const base::Uuid& id) {
  auto result = test::sample_result();
  result.id = id;
  return result;
}

class ResultHubTest : public testing::Test {
 protected:
  explicit ResultHubTest(ResultHub::Options options = {.recent = 4,
                                                       .clock =
                                                           [] {
                                                             return test::at();
                                                           }})
      : hub_(bus_, std::move(options)), running_([this](const std::stop_token& stop) { hub_.run(stop); }) {}

  void publish(const base::Uuid& id) { bus_.add(bus::encode(result_of(id))); }

  /// Returns when everything published so far has been seen by the hub.
  void await_seen() {
    // Shared: who is woken must not end it while it is still being set.
    const auto seen = std::make_shared<std::promise<void>>();
    const auto id = base::Uuid::make();
    hub_.wait(id, [seen](const ResultHub::Result&) { seen->set_value(); });
    publish(id);
    seen->get_future().wait();
  }

  test::FakeBus bus_;
  ResultHub hub_;
  std::jthread running_;  // after what it uses: it stops before that goes
};

TEST_F(ResultHubTest, EachWhoWaitsHearsTheResultOnce) {
  const auto id = base::Uuid::make();
  std::atomic<int> calls = 0;
  for (int n = 0; n < 3; ++n) {
    hub_.wait(id, [&](const ResultHub::Result& result) {
      EXPECT_EQ(*result, result_of(id));
      ++calls;
    });
  }
  hub_.wait(base::Uuid::make(), [&](const ResultHub::Result&) { calls += 100; });
  publish(id);
  publish(id);
  await_seen();
  EXPECT_EQ(calls, 3);
}

TEST_F(ResultHubTest, AResultThatIsKnownIsGivenAtOnce) {
  const auto id = base::Uuid::make();
  EXPECT_EQ(hub_.find(id), nullptr);
  publish(id);
  await_seen();
  ASSERT_NE(hub_.find(id), nullptr);
  EXPECT_EQ(*hub_.find(id), result_of(id));
  int calls = 0;
  const auto ticket = hub_.wait(id, [&](const ResultHub::Result&) { ++calls; });
  EXPECT_EQ(calls, 1);
  hub_.forget(id, ticket);
}

TEST_F(ResultHubTest, TheFirstOfTwoResultsCounts) {
  const auto id = base::Uuid::make();
  publish(id);
  auto second = result_of(id);
  second.items.clear();
  bus_.add(bus::encode(second));
  await_seen();
  EXPECT_EQ(*hub_.find(id), result_of(id));
}

TEST(ResultHub, TellsWhoWatchesOfEachResultOnce) {
  test::FakeBus bus;
  EventRing events;
  ResultHub hub(bus, {.events = &events});
  const std::jthread running([&](const std::stop_token& stop) { hub.run(stop); });
  const auto id = base::Uuid::make();
  for (int n = 0; n < 2; ++n) bus.add(bus::encode(result_of(id)));
  const auto last = base::Uuid::make();
  bus.add(bus::encode(result_of(last)));
  ASSERT_TRUE(test::eventually(std::chrono::seconds(10), [&] { return events.newest() == 2; }));
  const auto batch = events.after(0, 10);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(std::get<EventRing::Result>(batch.events[0]->what)->id, id);
  EXPECT_EQ(std::get<EventRing::Result>(batch.events[1]->what)->id, last);
}

TEST_F(ResultHubTest, OnlyTheNewestAreRemembered) {
  std::vector<base::Uuid> ids(5);
  for (auto& id : ids) {
    id = base::Uuid::make();
    publish(id);
  }
  await_seen();  // one more
  EXPECT_EQ(hub_.find(ids[0]), nullptr);
  EXPECT_EQ(hub_.find(ids[1]), nullptr);
  for (std::size_t n = 2; n < 5; ++n) EXPECT_NE(hub_.find(ids[n]), nullptr) << n;
}

class ResultHubBytesTest : public ResultHubTest {
 protected:
  ResultHubBytesTest() : ResultHubTest({.recent = 1000, .recent_bytes = 20'000}) {}
};

TEST_F(ResultHubBytesTest, LargeResultsTakeThePlaceOfSmallOnes) {
  const auto small = base::Uuid::make();
  publish(small);
  await_seen();
  EXPECT_NE(hub_.find(small), nullptr);
  auto large = test::sample_result();
  large.items.assign(1000, {"item", 1});
  bus_.add(bus::encode(large));
  await_seen();
  EXPECT_EQ(hub_.find(small), nullptr);
  EXPECT_EQ(hub_.find(large.id), nullptr);  // larger than all there is
}

TEST_F(ResultHubTest, WhoIsForgottenHearsNothing) {
  const auto id = base::Uuid::make();
  bool called = false;
  const auto ticket = hub_.wait(id, [&](const ResultHub::Result&) { called = true; });
  hub_.forget(id, ticket);
  hub_.forget(id, ticket);
  publish(id);
  await_seen();
  EXPECT_FALSE(called);
}

TEST_F(ResultHubTest, ForgettingAWaiterThatRunsWaitsForItsEnd) {
  const auto id = base::Uuid::make();
  std::promise<void> begun;
  std::promise<void> release;
  std::atomic<bool> ended = false;
  const auto ticket = hub_.wait(id, [&](const ResultHub::Result&) {
    begun.set_value();
    release.get_future().wait();
    ended = true;
  });
  publish(id);
  begun.get_future().wait();
  std::promise<void> forgetting;
  auto forgotten = std::async(std::launch::async, [&] {
    forgetting.set_value();
    hub_.forget(id, ticket);
    return ended.load();
  });
  forgetting.get_future().wait();
  EXPECT_EQ(forgotten.wait_for(20ms), std::future_status::timeout);
  release.set_value();
  EXPECT_TRUE(forgotten.get());
}

TEST_F(ResultHubTest, AWaiterMayForgetItselfAndAskForOthers) {
  const auto id = base::Uuid::make();
  std::optional<std::uint64_t> ticket;
  std::mutex mutex;
  std::atomic<bool> heard = false;
  {
    const std::scoped_lock lock(mutex);
    ticket = hub_.wait(id, [&](const ResultHub::Result&) {
      const std::scoped_lock inner(mutex);
      hub_.forget(id, *ticket);
      hub_.expect(base::Uuid::make(), test::at(1s));
      EXPECT_NE(hub_.find(id), nullptr);
      heard = true;
    });
  }
  publish(id);
  await_seen();  // the waiter has returned: what it uses may go
  EXPECT_TRUE(heard);
}

TEST_F(ResultHubTest, CountsOpenRequestsUntilTheirResult) {
  const auto first = base::Uuid::make();
  const auto second = base::Uuid::make();
  hub_.expect(first, test::at(1s));
  hub_.expect(first, test::at(2s));
  hub_.expect(second, test::at(1s));
  EXPECT_EQ(hub_.open(), 2U);
  publish(first);
  publish(base::Uuid::make());
  await_seen();
  EXPECT_EQ(hub_.open(), 1U);
  hub_.expect(first, test::at(2s));  // its result was here before it was expected
  EXPECT_EQ(hub_.open(), 1U);
}

class ResultHubClockTest : public ResultHubTest {
 protected:
  ResultHubClockTest()
      : ResultHubTest({.clock = [this] {
          return base::Time(now_.load());
        }}) {}
  std::atomic<base::Time::duration> now_ = test::at().time_since_epoch();
};

TEST_F(ResultHubClockTest, CountsOpenRequestsUntilTheirDeadline) {
  hub_.expect(base::Uuid::make(), test::at(1s));
  hub_.expect(base::Uuid::make(), test::at(2s));
  EXPECT_EQ(hub_.open(), 2U);
  now_ = test::at(1500ms).time_since_epoch();
  EXPECT_EQ(hub_.open(), 1U);
  now_ = test::at(3s).time_since_epoch();
  EXPECT_EQ(hub_.open(), 0U);
}

TEST_F(ResultHubTest, UnreadableResultsArePassedOver) {
  bus_.add({.topic = bus::Topic::kResults, .value = "{"});
  await_seen();
}

TEST_F(ResultHubTest, GoesOnAfterTheBusWasDown) {
  bus_.go_down();
  const auto id = base::Uuid::make();
  publish(id);
  bus_.come_back();
  await_seen();
  EXPECT_NE(hub_.find(id), nullptr);
}

TEST(ResultHub, HearsWhatWasPublishedBeforeItRan) {
  test::FakeBus bus;
  ResultHub hub(bus);
  const auto id = base::Uuid::make();
  bus.add(bus::encode(result_of(id)));
  std::promise<void> heard;
  hub.wait(id, [&](const ResultHub::Result&) { heard.set_value(); });
  std::jthread running([&](const std::stop_token& stop) { hub.run(stop); });
  heard.get_future().wait();
}

// For ThreadSanitizer, and for forget()'s promise: what a waiter uses may go once it is forgotten.
TEST_F(ResultHubTest, ManyWaitAndForgetAtOnce) {
  constexpr int kRounds = 300;
  constexpr int kThreads = 4;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        const auto id = base::Uuid::make();
        auto calls = std::make_unique<int>(0);
        const auto ticket = hub_.wait(id, [calls = calls.get()](const ResultHub::Result&) { ++*calls; });
        hub_.expect(id, test::at(1s));
        publish(id);
        if (round % 4 == thread) static_cast<void>(hub_.find(id));
        hub_.forget(id, ticket);
        EXPECT_LE(*calls, 1);
        calls.reset();
      }
    });
  }
  threads.clear();
  await_seen();
  EXPECT_EQ(hub_.open(), 0U);
}

}  // namespace
}  // namespace sasrec::serving
