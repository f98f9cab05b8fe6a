#include "serving/sweeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "bus/codec.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/fake_recommendation_store.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class SweeperTest : public testing::Test {
 protected:
  bus::RequestRecord add(base::Time due = test::at(3s)) {
    auto request = test::sample_request();
    store_.add(request, due);
    return request;
  }
  void set_now(base::Time now) { now_ = now.time_since_epoch(); }

  std::atomic<base::Time::duration> now_ = test::at().time_since_epoch();
  base::Clock clock_ = [this] {
    return base::Time(now_.load());
  };
  test::FakeBus bus_;
  test::FakeRecommendationStore store_{clock_};
  telemetry::Metrics metrics_;
  Sweeper sweeper_{
      store_, bus_, metrics_, {.interval = 1ms, .max_rows = 4, .backoff = {.first = 1ms, .max = 2ms}, .clock = clock_}};
};

TEST_F(SweeperTest, WhatIsDueIsPublishedAgainWithItsAttemptCounted) {
  const auto request = add();
  set_now(test::at(2'999ms));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), IsEmpty());

  set_now(test::at(3s));
  ASSERT_TRUE(sweeper_.sweep());
  ASSERT_TRUE(sweeper_.sweep());
  ASSERT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(1));
  auto expected = request;
  expected.attempt = 2;
  EXPECT_EQ(bus::decode_request(bus_.published(bus::Topic::kRequests)[0]).value(), expected);
  EXPECT_EQ(metrics_.republished.Value(), 1);

  set_now(test::at(6s));  // 3 s later again
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(2));
  set_now(test::at(11s));  // then 6 s later
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(2));
  set_now(test::at(12s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(3));
}

TEST_F(SweeperTest, AllThatIsDueIsTakenNotOnlyOnePage) {
  for (int n = 0; n < 10; ++n) add();
  set_now(test::at(3s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(10));
}

TEST_F(SweeperTest, WhatIsOverdueExpiresAfterTheGraceAndIsHeardOf) {
  std::vector<base::Uuid> ids(6);
  for (auto& id : ids) id = add().id;
  set_now(test::at(32s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 0U);
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), IsEmpty());  // past its deadline nobody wants an answer

  set_now(test::at(32'001ms));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 6U);
  EXPECT_EQ(metrics_.expired.Value(), 6);
  ASSERT_THAT(bus_.published(bus::Topic::kResults), SizeIs(6));
  for (const auto& message : bus_.published(bus::Topic::kResults)) {
    const auto result = bus::decode_result(message).value();
    EXPECT_EQ(result.status, bus::Status::kExpired);
    EXPECT_THAT(ids, testing::Contains(result.id));
  }
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(metrics_.expired.Value(), 6);
}

TEST_F(SweeperTest, ExpiryDoesNotNeedTheBus) {
  add();
  bus_.refuse(1);
  set_now(test::at(1min));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 1U);
}

TEST_F(SweeperTest, AResultThatWaitsToBeWrittenWinsOverTheDeadline) {
  const auto request = add();
  const auto writer = bus_.subscribe(bus::Topic::kResults, bus::Group::kWriters);
  auto result = test::sample_result();
  result.id = request.id;
  bus_.add(bus::encode(result));
  // The writer is away for a minute, twice the deadline.
  for (const auto now : {test::at(10s), test::at(33s), test::at(60s)}) {
    set_now(now);
    ASSERT_TRUE(sweeper_.sweep());
  }
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 0U);

  std::vector<bus::Record> records;
  writer->poll(records, 10, 0ms);
  ASSERT_THAT(records, SizeIs(1));
  ASSERT_TRUE(store_.finish(std::vector{bus::decode_result(records[0].message).value()}));
  writer->acknowledge(records[0].position);
  set_now(test::at(70s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kDone), 1U);
  EXPECT_EQ(metrics_.expired.Value(), 0);
}

TEST_F(SweeperTest, ARequestWithoutAResultExpiresOnceTheResultsFromBeforeItsDeadlineAreRead) {
  add();
  bus_.pretend_unread(bus::Topic::kResults, 1);
  set_now(test::at(40s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 0U);
  bus_.pretend_unread(bus::Topic::kResults, 0);
  set_now(test::at(41s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 1U);
}

TEST_F(SweeperTest, WhatWaitsForAWorkerIsNotPublishedAgain) {
  const auto workers = bus_.subscribe(bus::Topic::kRequests, bus::Group::kWorkers);
  for (int n = 0; n < 3; ++n) bus_.add(bus::encode(add()));
  for (const auto now : {test::at(4s), test::at(12s), test::at(25s)}) {
    set_now(now);
    ASSERT_TRUE(sweeper_.sweep());
  }
  EXPECT_EQ(metrics_.republished.Value(), 0) << "the workers are 25 seconds behind, and the bus has it all";
}

TEST_F(SweeperTest, WhatIsAnsweredIsNotPublishedAgainWhileItsResultWaitsForAWriter) {
  bus_.pretend_unread(bus::Topic::kResults, 1);
  add();
  set_now(test::at(4s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(metrics_.republished.Value(), 0);
  bus_.pretend_unread(bus::Topic::kResults, 0);
  set_now(test::at(5s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(metrics_.republished.Value(), 1) << "all is read, and there is no result: the bus has lost it";
}

TEST_F(SweeperTest, WhileTheBusDoesNotSayHowFarItIsReadNothingExpires) {
  add();
  bus_.go_down();
  set_now(test::at(60s));
  ASSERT_TRUE(sweeper_.sweep());
  bus_.come_back();
  set_now(test::at(62s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 0U) << "workers publish what they hold first";
  set_now(test::at(65s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(store_.rows(bus::Status::kExpired), 1U);
}

TEST_F(SweeperTest, AFullBusLeavesTheRestToTheNextAttempt) {
  for (int n = 0; n < 3; ++n) add();
  set_now(test::at(3s));
  bus_.refuse(1);
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), IsEmpty());
  EXPECT_EQ(metrics_.republished.Value(), 0);
  set_now(test::at(6s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(3));
}

TEST_F(SweeperTest, NoAttemptIsWastedOnABusThatIsDown) {
  add();
  bus_.go_down();
  for (const auto now : {test::at(3s), test::at(9s), test::at(20s)}) {
    set_now(now);
    ASSERT_TRUE(sweeper_.sweep());
  }
  EXPECT_EQ(bus_.queued(), 0U);
  bus_.come_back();
  set_now(test::at(24'999ms));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), IsEmpty()) << "what the workers hold is published first";
  set_now(test::at(25s));
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_EQ(bus::decode_request(bus_.published(bus::Topic::kRequests).at(0)).value().attempt, 2U);
}

TEST_F(SweeperTest, ARequestThatCannotBePublishedHoldsUpNoOther) {
  for (int n = 0; n < 3; ++n) add();
  set_now(test::at(3s));
  bus_.refuse(1, ErrorCode::kInvalidInput);
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(2));
}

TEST_F(SweeperTest, AnErrorOfTheStoreIsToldAndNothingIsLost) {
  add();
  set_now(test::at(3s));
  store_.outage().fail_times(1);
  const auto swept = sweeper_.sweep();
  ASSERT_FALSE(swept);
  EXPECT_EQ(swept.error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(sweeper_.sweep());
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(1));
}

TEST_F(SweeperTest, RunsThroughAnOutageUntilItIsStopped) {
  add();
  set_now(test::at(3s));
  store_.outage().fail_times(5);
  std::jthread running([&](const std::stop_token& stop) { sweeper_.run(stop); });
  ASSERT_TRUE(bus_.await_published(bus::Topic::kRequests, 1));
  running.request_stop();
  running.join();
  EXPECT_GE(metrics_.store_retries.Add({{"operation", "sweep"}}).Value(), 5);
  EXPECT_EQ(metrics_.republished.Value(), 1);
}

}  // namespace
}  // namespace sasrec::serving
