#include "serving/intake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "bus/codec.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/fake_recommendation_store.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class IntakeTest : public testing::Test {
 protected:
  base::Result<Accepted> submit(NewRequest request) {
    base::Result<Accepted> answer = base::fail(ErrorCode::kInternal, "not called");
    std::size_t calls = 0;
    intake_.submit(std::move(request), [&](base::Result<Accepted> accepted) {
      answer = std::move(accepted);
      ++calls;
    });
    EXPECT_EQ(calls, 1U);
    return answer;
  }

  test::FakeRecommendationStore store_{[] {
    return test::at(5ms);
  }};
  test::FakeBus bus_;
  ResultHub hub_{bus_, {.clock = [] {
                   return test::at();
                 }}};
  telemetry::Metrics metrics_;
  Intake intake_{store_, bus_, hub_, metrics_, {.deadline = 20s, .max_open = 2, .clock = [] {
                                                  return test::at(1ms);
                                                }}};
};

TEST_F(IntakeTest, ARequestIsStoredThenPublished) {
  auto request = test::sample_request();
  const auto id = request.id;
  const auto accepted = submit({.message = request});
  ASSERT_TRUE(accepted);
  EXPECT_TRUE(accepted->created);
  EXPECT_EQ(store_.row(id)->status, bus::Status::kPending);
  request.created = test::at(1ms);
  request.stored = test::at(5ms);
  request.deadline = test::at(20'001ms);
  ASSERT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(1));
  EXPECT_EQ(bus::decode_request(bus_.published(bus::Topic::kRequests)[0]).value(), request);
  EXPECT_EQ(hub_.open(), 1U);
  EXPECT_EQ(metrics_.requests_accepted.Value(), 1);
  EXPECT_EQ(metrics_.requests_unpublished.Value(), 0);
}

TEST_F(IntakeTest, TheStoredHistoryIsWhatIsPublished) {
  store_.set_history("u1", {"a", "b"});
  auto request = test::sample_request({});
  ASSERT_TRUE(submit({.message = request, .read_history = true}));
  EXPECT_THAT(bus::decode_request(bus_.published(bus::Topic::kRequests)[0]).value().history, ElementsAre("a", "b"));
}

TEST_F(IntakeTest, NothingIsPublishedBeforeItIsStored) {
  store_.outage().hold();
  std::size_t calls = 0;
  intake_.submit({.message = test::sample_request()}, [&](const base::Result<Accepted>& accepted) {
    EXPECT_TRUE(accepted);
    ++calls;
  });
  EXPECT_EQ(calls, 0U);
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), IsEmpty());
  store_.outage().release();
  EXPECT_EQ(calls, 1U);
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(1));
}

TEST_F(IntakeTest, ARequestThatBreaksARuleGoesNowhere) {
  auto request = test::sample_request();
  request.k = 1001;
  const auto answer = submit({.message = request});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(store_.outage().calls(), 0U);
}

TEST_F(IntakeTest, WhatTheStoreRefusesIsNotPublished) {
  for (const auto code : {ErrorCode::kUnavailable, ErrorCode::kOverloaded}) {
    store_.outage().fail(code);
    EXPECT_EQ(submit({.message = test::sample_request()}).error().code, code);
  }
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), IsEmpty());
  EXPECT_EQ(hub_.open(), 0U);
  EXPECT_EQ(metrics_.requests_accepted.Value(), 0);
}

TEST_F(IntakeTest, WhatTheBusRefusesIsAcceptedAndLeftToTheSweeper) {
  bus_.refuse(1);
  EXPECT_TRUE(submit({.message = test::sample_request()}));
  EXPECT_EQ(metrics_.requests_unpublished.Value(), 1);
  bus_.fail_deliveries(1);
  EXPECT_TRUE(submit({.message = test::sample_request()}));
  EXPECT_EQ(metrics_.requests_unpublished.Value(), 2);
  EXPECT_EQ(store_.rows(bus::Status::kPending), 2U);
}

TEST_F(IntakeTest, MoreThanMaxOpenAreRefusedUntilResultsCome) {
  const auto first = test::sample_request();
  EXPECT_TRUE(submit({.message = first}));
  EXPECT_TRUE(submit({.message = test::sample_request()}));
  const auto refused = submit({.message = test::sample_request()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_THAT(refused.error().message, HasSubstr("2 requests wait"));
  EXPECT_EQ(store_.rows(bus::Status::kPending), 2U);

  auto result = test::sample_result();
  result.id = first.id;
  bus_.add(bus::encode(result));
  std::jthread running([&](const std::stop_token& stop) { hub_.run(stop); });
  while (hub_.open() == 2) std::this_thread::yield();
  running.request_stop();
  running.join();
  EXPECT_TRUE(submit({.message = test::sample_request()}));
}

TEST_F(IntakeTest, TheSameRequestAgainIsNotPublishedAgain) {
  const auto request = test::sample_request();
  ASSERT_TRUE(submit({.message = request, .fingerprint = "f"}));
  const auto again = submit({.message = request, .fingerprint = "f"});
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->created);
  EXPECT_THAT(bus_.published(bus::Topic::kRequests), SizeIs(1));
  EXPECT_EQ(metrics_.requests_accepted.Value(), 1);
}

TEST_F(IntakeTest, AnIdTakenByAnotherRequestIsRefused) {
  const auto request = test::sample_request();
  ASSERT_TRUE(submit({.message = request, .fingerprint = "f"}));
  const auto other = submit({.message = request, .fingerprint = "g"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(other.error().message, HasSubstr(request.id.text()));
}

TEST_F(IntakeTest, AMessageMayBeUnderWayWhenTheIntakeIsGone) {
  bus_.hold_deliveries();
  {
    Intake intake(store_, bus_, hub_, metrics_, {});
    intake.submit({.message = test::sample_request()},
                  [](const base::Result<Accepted>& accepted) { EXPECT_TRUE(accepted); });
  }
  bus_.fail_held();
  EXPECT_EQ(metrics_.requests_unpublished.Value(), 1);
}

}  // namespace
}  // namespace sasrec::serving
