#include "stream/in_process_topic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stream/in_process_bus.hpp"
#include "support/bus/read_records.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Topic;
using test::numbered;
using test::read_records;
using test::values;
using testing::ElementsAre;

base::Result<void> publish(InProcessBus& bus, Topic topic, const std::string& value) {
  return bus.publish({.topic = topic, .key = "anna", .value = value}, {});
}

TEST(InProcessTopic, RefusesWhatDoesNotFitUntilSomethingIsAcknowledged) {
  InProcessBus bus({.capacity = 3});
  const auto reader = bus.subscribe(Topic::kRequests, Group::kWorkers);
  for (const auto* value : {"1", "2", "3"}) {
    ASSERT_TRUE(publish(bus, Topic::kRequests, value));
  }
  const auto refused = bus.publish({.topic = Topic::kRequests, .value = "4"},
                                   [](const base::Result<void>&) { ADD_FAILURE() << "delivered although refused"; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kOverloaded);
  EXPECT_TRUE(publish(bus, Topic::kResults, "topics are filled one by one"));

  const auto records = read_records(*reader, 3);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_FALSE(publish(bus, Topic::kRequests, "4")) << "read is not acknowledged";
  reader->acknowledge(records[1].position);
  EXPECT_FALSE(publish(bus, Topic::kRequests, "4")) << "the first is still to be done";
  reader->acknowledge(records[0].position);
  EXPECT_EQ(bus.held(Topic::kRequests), 1U);
  EXPECT_TRUE(publish(bus, Topic::kRequests, "4"));
}

TEST(InProcessTopic, BytesAreBoundedToo) {
  InProcessBus bus({.capacity_bytes = 1000});
  EXPECT_TRUE(publish(bus, Topic::kRequests, std::string(2000, 'x'))) << "alone it fits";
  EXPECT_FALSE(publish(bus, Topic::kRequests, "y"));
  const auto reader = bus.subscribe(Topic::kRequests, Group::kWorkers);
  reader->acknowledge(read_records(*reader, 1).at(0).position);
  EXPECT_TRUE(publish(bus, Topic::kRequests, std::string(900, 'x')));
  EXPECT_FALSE(publish(bus, Topic::kRequests, std::string(200, 'x')));
  EXPECT_TRUE(publish(bus, Topic::kRequests, std::string(50, 'x')));
}

TEST(InProcessTopic, RecordsStayWithoutAnyReader) {
  InProcessBus bus;
  for (const auto topic : {Topic::kRequests, Topic::kResults, Topic::kInteractions}) {
    ASSERT_TRUE(publish(bus, topic, "kept"));
    EXPECT_EQ(bus.held(topic), 1U);
  }
}

TEST(InProcessTopic, OfModelsOnlyTheLatestPerKeyIsKept) {
  InProcessBus bus({.capacity = 2});
  const auto publish_model = [&](const std::string& key, const std::string& value) {
    return bus.publish({.topic = Topic::kModels, .key = key, .value = value}, {});
  };
  for (const auto& value : numbered("", 100)) {
    ASSERT_TRUE(publish_model("current", value));
  }
  ASSERT_TRUE(publish_model("other", "x"));
  EXPECT_FALSE(publish_model("a third key", "x"));
  ASSERT_TRUE(publish_model("current", "100"));
  const auto reader = bus.subscribe(Topic::kModels, Group::kEverybody);
  EXPECT_THAT(values(read_records(*reader, 2)), ElementsAre("x", "100")) << "in the order they were published";
  ASSERT_TRUE(publish_model("current", "101"));
  EXPECT_THAT(values(read_records(*reader, 1)), ElementsAre("101"));
}

TEST(InProcessTopic, TheNewestDeadLettersAreKept) {
  InProcessBus bus({.dead = 3});
  for (const auto& value : numbered("", 5)) {
    ASSERT_TRUE(publish(bus, Topic::kDead, value));
  }
  EXPECT_THAT(values(bus.copy_dead()), ElementsAre("2", "3", "4"));
  EXPECT_EQ(bus.held(Topic::kDead), 3U);
  EXPECT_EQ(bus.dropped(Topic::kDead), 2U);
}

}  // namespace
}  // namespace sasrec::stream
