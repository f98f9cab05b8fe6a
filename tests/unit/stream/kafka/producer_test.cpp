#include "stream/kafka/producer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>

#include "stream/kafka/bus.hpp"
#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Topic;
using test::eventually;
using test::kPatience;
using test::numbered;
using test::publish_now;
using test::read_records;
using test::values;
using testing::ElementsAreArray;

class KafkaProducerTest : public KafkaFixture {};

TEST_F(KafkaProducerTest, ProducingIsTriedAgainInOrder) {
  const auto bus = make_ready_bus();
  const auto reader = bus->subscribe(Topic::kRequests, Group::kWorkers);
  kafka_.fail_requests(test::kProduce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                                        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT});
  std::atomic<int> delivered = 0;
  const auto sent = numbered("", 200);
  for (const auto& value : sent) {
    ASSERT_TRUE(
        bus->publish({.topic = Topic::kRequests, .key = "anna", .value = value}, [&](const base::Result<void>& result) {
          EXPECT_TRUE(result) << result.error().message;
          ++delivered;
        }));
  }
  ASSERT_TRUE(bus->flush(kPatience));
  EXPECT_EQ(delivered, 200);
  EXPECT_THAT(values(read_records(*reader, 200)), ElementsAreArray(sent));
}

TEST_F(KafkaProducerTest, AProducerThatBreaksIsReplaced) {
  const auto bus = make_ready_bus();
  publish_now(*bus, Topic::kRequests, "anna", "before");
  kafka_.fail_requests(test::kProduce, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  std::atomic<int> delivered = 0;
  std::atomic<int> failed = 0;
  ASSERT_TRUE(
      bus->publish({.topic = Topic::kRequests, .key = "anna", .value = "lost"}, [&](const base::Result<void>& result) {
        ++delivered;
        failed += result ? 0 : 1;
      }));
  ASSERT_TRUE(eventually(kPatience, [&] { return delivered == 1; }));
  EXPECT_EQ(failed, 1);
  publish_now(*bus, Topic::kRequests, "anna", "after");
  EXPECT_EQ(notices_.count("a new producer takes the place"), 1);
  EXPECT_TRUE(bus->flush(kPatience));
  EXPECT_EQ(bus->queued(), 0U);
  EXPECT_EQ(delivered, 1);
}

TEST_F(KafkaProducerTest, AFullQueueIsOverloadAndEmptiesItself) {
  options_.queue = 10;
  const auto bus = make_ready_bus();
  publish_now(*bus, Topic::kRequests, "anna", "before");
  // Its place is free only after its callback has returned.
  ASSERT_TRUE(eventually(kPatience, [&] { return bus->queued() == 0; }));
  kafka_.go_down();
  std::atomic<int> delivered = 0;
  int accepted = 0;
  base::Result<void> last;
  while (accepted < 1000) {
    last =
        bus->publish({.topic = Topic::kRequests, .key = "anna", .value = "x"}, [&](const base::Result<void>& result) {
          EXPECT_TRUE(result);
          ++delivered;
        });
    if (!last) {
      break;
    }
    ++accepted;
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, base::ErrorCode::kOverloaded);
  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(bus->queued(), 10U);
  EXPECT_FALSE(bus->flush(10ms));
  kafka_.come_back();
  ASSERT_TRUE(bus->flush(kPatience));
  EXPECT_EQ(delivered, accepted);
  publish_now(*bus, Topic::kRequests, "anna", "after");
}

TEST_F(KafkaProducerTest, WhatCantBeDeliveredInTimeFails) {
  options_.delivery_timeout = 2s;
  const auto bus = make_ready_bus();
  publish_now(*bus, Topic::kRequests, "anna", "before");
  kafka_.go_down();
  std::promise<base::Result<void>> delivered;
  ASSERT_TRUE(bus->publish({.topic = Topic::kRequests, .key = "anna", .value = "late"},
                           [&](base::Result<void> result) { delivered.set_value(std::move(result)); }));
  const auto outcome = delivered.get_future().get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace sasrec::stream
