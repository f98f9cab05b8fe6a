#include "stream/kafka/fan_out_subscription.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "stream/kafka/bus.hpp"
#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using bus::Group;
using bus::Topic;
using test::publish_now;
using test::read_records;

class KafkaFanOutSubscriptionTest : public KafkaFixture {};

TEST_F(KafkaFanOutSubscriptionTest, ReadersGoOnAfterErrorsAndSayThemOnce) {
  const auto bus = make_ready_bus();
  const auto member = bus->subscribe(Topic::kResults, Group::kWriters);
  const auto listener = bus->subscribe(Topic::kResults, Group::kEverybody);
  publish_now(*bus, Topic::kResults, "anna", "one");
  ASSERT_EQ(read_records(*member, 1).size(), 1U);
  ASSERT_EQ(read_records(*listener, 1).size(), 1U);
  kafka_.fail_requests(test::kFetch, std::vector(4, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  publish_now(*bus, Topic::kResults, "anna", "two");
  EXPECT_EQ(read_records(*member, 1).size(), 1U);
  EXPECT_EQ(read_records(*listener, 1).size(), 1U);
  EXPECT_EQ(notices_.count("reading sasrec.results"), 2) << "once each";
}

}  // namespace
}  // namespace sasrec::stream
