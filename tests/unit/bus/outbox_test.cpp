#include "bus/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "support/fakes/fake_bus.hpp"

namespace sasrec::bus {
namespace {

using base::ErrorCode;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

Message message(std::string value = "v") {
  return {.topic = Topic::kResults, .key = "k", .value = std::move(value)};
}

Position position(std::int64_t offset) {
  return {.offset = offset};
}

class OutboxTest : public testing::Test {
 protected:
  std::vector<std::int64_t> delivered() {
    std::vector<std::int64_t> offsets;
    for (const auto& one : outbox_.take_delivered()) offsets.push_back(one.offset);
    return offsets;
  }

  test::FakeBus bus_;
  Outbox outbox_{bus_, {.max_open = 2, .backoff = {.first = 1ms, .max = 2ms}, .patience = 10s}};
  std::stop_source stop_;
};

TEST_F(OutboxTest, GivesThePositionBackOnceDelivered) {
  bus_.hold_deliveries();
  ASSERT_TRUE(outbox_.publish(message(), position(7), stop_.get_token()));
  EXPECT_THAT(delivered(), IsEmpty());
  EXPECT_EQ(outbox_.open(), 1U);
  bus_.deliver_held();
  EXPECT_THAT(delivered(), testing::ElementsAre(7));
  EXPECT_THAT(delivered(), IsEmpty());
  EXPECT_EQ(outbox_.open(), 0U);
}

TEST_F(OutboxTest, PublishesAgainWhatFailed) {
  bus_.fail_deliveries(3);
  ASSERT_TRUE(outbox_.publish(message("lost"), position(1), stop_.get_token()));
  EXPECT_THAT(delivered(), IsEmpty());
  ASSERT_TRUE(outbox_.drain());
  EXPECT_THAT(delivered(), testing::ElementsAre(1));
  ASSERT_THAT(bus_.published(Topic::kResults), SizeIs(1));
  EXPECT_EQ(bus_.published(Topic::kResults)[0].value, "lost");
}

TEST_F(OutboxTest, AMessageThatTheBrokerRefusesForGoodHoldsUpNothing) {
  bus_.fail_deliveries(1, ErrorCode::kInvalidInput);
  ASSERT_TRUE(outbox_.publish(message(), position(1), stop_.get_token()));
  ASSERT_TRUE(outbox_.publish(message(), position(2), stop_.get_token()));
  ASSERT_TRUE(outbox_.drain());
  EXPECT_THAT(delivered(), SizeIs(2)) << "its record is done with, or its partition would stop";
  EXPECT_THAT(bus_.published(Topic::kResults), SizeIs(1));
}

TEST_F(OutboxTest, ARetryThatIsRefusedForGoodHoldsUpNothing) {
  bus_.fail_deliveries(1);
  ASSERT_TRUE(outbox_.publish(message(), position(1), stop_.get_token()));
  bus_.refuse(1, ErrorCode::kInvalidInput);
  ASSERT_TRUE(outbox_.drain());
  EXPECT_THAT(delivered(), SizeIs(1));
  EXPECT_THAT(bus_.published(Topic::kResults), IsEmpty());
}

TEST_F(OutboxTest, ARetryThatTheFullBusRefusesIsTriedAgain) {
  bus_.fail_deliveries(1);
  ASSERT_TRUE(outbox_.publish(message(), position(1), stop_.get_token()));
  bus_.refuse(2);
  ASSERT_TRUE(outbox_.drain());
  EXPECT_EQ(bus_.refused(), 2U);
  EXPECT_THAT(delivered(), SizeIs(1));
}

TEST_F(OutboxTest, AFullBusMakesItWait) {
  bus_.refuse(3);
  ASSERT_TRUE(outbox_.publish(message(), position(1), stop_.get_token()));
  EXPECT_EQ(bus_.refused(), 3U);
  EXPECT_THAT(delivered(), SizeIs(1));
}

TEST_F(OutboxTest, TooManyOpenMakeItWaitForADelivery) {
  bus_.hold_deliveries();
  ASSERT_TRUE(outbox_.publish(message(), position(1), stop_.get_token()));
  ASSERT_TRUE(outbox_.publish(message(), position(2), stop_.get_token()));
  auto third = std::async(std::launch::async, [&] { return outbox_.publish(message(), position(3), {}).has_value(); });
  EXPECT_EQ(third.wait_for(30ms), std::future_status::timeout);
  EXPECT_EQ(bus_.queued(), 2U);
  bus_.deliver_held();
  EXPECT_TRUE(third.get());
  EXPECT_THAT(delivered(), SizeIs(3));
}

TEST_F(OutboxTest, AStopEndsTheWaitAfterItsPatience) {
  bus_.refuse(1'000'000);
  stop_.request_stop();
  Outbox outbox(bus_, {.patience = 30ms});
  const auto published = outbox.publish(message(), position(1), stop_.get_token());
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(outbox.open(), 0U);
  EXPECT_THAT(outbox.take_delivered(), IsEmpty());
  EXPECT_GT(bus_.refused(), 1U);
}

TEST_F(OutboxTest, DrainingEndsAfterItsPatience) {
  bus_.hold_deliveries();
  Outbox outbox(bus_, {.patience = 30ms});
  ASSERT_TRUE(outbox.publish(message(), position(1), stop_.get_token()));
  EXPECT_FALSE(outbox.drain());
  EXPECT_EQ(outbox.open(), 1U);
  bus_.deliver_held();
}

TEST_F(OutboxTest, WhatCanNeverBePublishedIsSaidAtOnce) {
  bus_.set_largest(3);
  const auto published = outbox_.publish(message("four"), position(1), stop_.get_token());
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(outbox_.open(), 0U);
}

TEST_F(OutboxTest, BuriesARecordWithItsReason) {
  const Record record{message("{"), position(5)};
  ASSERT_TRUE(outbox_.bury(record, "no JSON", stop_.get_token()));
  EXPECT_THAT(delivered(), testing::ElementsAre(5));
  ASSERT_THAT(bus_.published(Topic::kDead), SizeIs(1));
  EXPECT_EQ(bus_.published(Topic::kDead)[0].value, "{");
  EXPECT_EQ(header(bus_.published(Topic::kDead)[0], "reason"), "no JSON");
}

TEST_F(OutboxTest, ATooLargeRecordIsBuriedWithoutItsValue) {
  bus_.set_largest(3);
  ASSERT_TRUE(outbox_.bury({message("four"), position(5)}, "why", stop_.get_token()));
  EXPECT_THAT(delivered(), testing::ElementsAre(5));
  const auto letter = bus_.published(Topic::kDead).at(0);
  EXPECT_EQ(letter.value, "");
  EXPECT_EQ(header(letter, "bytes"), "4");
  EXPECT_EQ(header(letter, "reason"), "why");
}

TEST_F(OutboxTest, ARecordThatCannotBeBuriedIsDoneWith) {
  bus_.refuse(2, ErrorCode::kInvalidInput);
  ASSERT_TRUE(outbox_.bury({message(), position(5)}, "why", stop_.get_token()));
  EXPECT_THAT(delivered(), testing::ElementsAre(5));
  EXPECT_THAT(bus_.published(Topic::kDead), IsEmpty());
}

TEST_F(OutboxTest, ABurialIsGivenUpAtAStopOnly) {
  bus_.refuse(1'000'000);
  stop_.request_stop();
  Outbox outbox(bus_, {.patience = 30ms});
  EXPECT_FALSE(outbox.bury({message(), position(5)}, "why", stop_.get_token()));
  EXPECT_THAT(outbox.take_delivered(), IsEmpty());
}

TEST_F(OutboxTest, ADeliveryMayComeAfterItsEnd) {
  bus_.hold_deliveries();
  {
    Outbox outbox(bus_, {});
    ASSERT_TRUE(outbox.publish(message(), position(1), stop_.get_token()));
  }
  bus_.deliver_held();
  EXPECT_THAT(bus_.published(Topic::kResults), SizeIs(1));
}

// For ThreadSanitizer: deliveries come from another thread, some failed.
TEST(Outbox, DeliversAllWhateverTheBusDoes) {
  test::FakeBus bus;
  std::atomic<bool> done = false;
  std::jthread trouble([&] {
    for (int round = 0; !done; ++round) {
      bus.hold_deliveries();
      std::this_thread::yield();
      round % 3 == 0 ? bus.fail_held() : bus.deliver_held();
    }
    bus.deliver_held();
  });
  Outbox outbox(bus, {.max_open = 16, .backoff = {.first = 1ms, .max = 2ms}});
  std::size_t delivered = 0;
  for (std::int64_t n = 0; n < 5000; ++n) {
    if (n % 200 == 0) bus.refuse(2);
    ASSERT_TRUE(outbox.publish(message(std::to_string(n)), position(n), {}));
    EXPECT_LE(outbox.open(), 16U);
    delivered += outbox.take_delivered().size();
  }
  EXPECT_TRUE(outbox.drain());
  done = true;
  delivered += outbox.take_delivered().size();
  EXPECT_EQ(delivered, 5000U);
  EXPECT_EQ(bus.published(Topic::kResults).size(), 5000U);
}

}  // namespace
}  // namespace sasrec::bus
