#include "stream/in_process_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "support/bus/bus_contract.hpp"
#include "support/bus/read_records.hpp"

namespace sasrec::test {
namespace {

class InProcess final : public BusUnderTest {
 public:
  bus::Bus& bus() override { return bus_; }

 private:
  stream::InProcessBus bus_{{.partitions = 4}};
};

INSTANTIATE_TEST_SUITE_P(InProcess, BusContract,
                         testing::Values(BusCase{"InProcess",
                                                 [] {
                                                   return std::make_unique<InProcess>();
                                                 }}),
                         [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace sasrec::test

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Topic;
using test::numbered;
using test::publish_now;
using test::read_records;
using test::values;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

base::Result<void> publish(InProcessBus& bus, Topic topic, const std::string& value) {
  return bus.publish({.topic = topic, .key = "anna", .value = value}, {});
}

TEST(InProcessBus, ASlowListenerLosesItsOldestRecordsOnly) {
  InProcessBus bus({.subscription_capacity = 4});
  const auto slow = bus.subscribe(Topic::kResults, Group::kEverybody);
  const auto quick = bus.subscribe(Topic::kResults, Group::kEverybody);
  std::vector<std::string> seen;
  for (const auto& value : numbered("", 10)) {
    ASSERT_TRUE(publish(bus, Topic::kResults, value));
    seen.push_back(read_records(*quick, 1).at(0).message.value);
  }
  EXPECT_THAT(seen, ElementsAreArray(numbered("", 10)));
  EXPECT_THAT(values(read_records(*slow, 4)), ElementsAre("6", "7", "8", "9"));
  EXPECT_EQ(bus.dropped(Topic::kResults), 6U);
  EXPECT_EQ(bus.held(Topic::kResults), 10U) << "the group's records are not touched";
}

TEST(InProcessBus, AMemberThatComesTakesOnlyItsShare) {
  InProcessBus bus({.partitions = 4});
  const auto one = bus.subscribe(Topic::kRequests, Group::kWorkers);
  for (int i = 0; i < 64; ++i) {
    ASSERT_TRUE(bus.publish({.topic = Topic::kRequests, .value = std::to_string(i)}, {}));
  }
  const auto held = read_records(*one, 64);
  ASSERT_EQ(held.size(), 64U);
  const auto other = bus.subscribe(Topic::kRequests, Group::kWorkers);
  EXPECT_EQ(read_records(*other, 32).size(), 32U) << "two partitions of four moved, with what was not acknowledged";
  std::vector<bus::Record> again;
  one->poll(again, 100, 0ms);
  EXPECT_THAT(again, IsEmpty()) << "the others stay as they were";
  for (const auto& record : held) {
    one->acknowledge(record.position);
  }
  EXPECT_EQ(bus.held(Topic::kRequests), 32U);
}

TEST(InProcessBus, MoreMembersThanPartitionsIsFine) {
  InProcessBus bus({.partitions = 2});
  std::vector<std::unique_ptr<bus::Subscription>> members;
  members.reserve(5);
  for (int i = 0; i < 5; ++i) {
    members.push_back(bus.subscribe(Topic::kRequests, Group::kWorkers));
  }
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(bus.publish({.topic = Topic::kRequests, .value = std::to_string(i)}, {}));
  }
  while (members.size() > 1) {
    members.erase(members.begin());
  }
  EXPECT_EQ(read_records(*members[0], 8).size(), 8U);
}

TEST(InProcessBus, ABusyPartitionDoesNotStarveTheOthers) {
  InProcessBus bus({.partitions = 2});
  const auto reader = bus.subscribe(Topic::kRequests, Group::kWorkers);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(bus.publish({.topic = Topic::kRequests, .value = std::to_string(i)}, {}));
  }
  std::vector<bus::Record> records;
  reader->poll(records, 5, 0ms);
  reader->poll(records, 5, 0ms);
  ASSERT_EQ(records.size(), 10U);
  EXPECT_NE(records[0].position.partition, records[5].position.partition);
}

TEST(InProcessBus, ListenersMayComeAndGoWhileOthersPublish) {
  InProcessBus bus({.capacity = 1'000'000, .subscription_capacity = 16});
  std::jthread publisher([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      EXPECT_TRUE(publish(bus, Topic::kModels, "m"));
      EXPECT_TRUE(publish(bus, Topic::kDead, "d"));
    }
  });
  for (int i = 0; i < 100; ++i) {
    const auto models = bus.subscribe(Topic::kModels, Group::kEverybody);
    const auto dead = bus.subscribe(Topic::kDead, Group::kEverybody);
    EXPECT_EQ(read_records(*models, 20).size(), 20U);
    EXPECT_EQ(read_records(*dead, 3).size(), 3U);
  }
}

TEST(InProcessBus, DeliveredMayPublishAndAcknowledge) {
  InProcessBus bus;
  const auto reader = bus.subscribe(Topic::kRequests, Group::kWorkers);
  publish_now(bus, Topic::kRequests, "anna", "request");
  const auto request = read_records(*reader, 1).at(0);
  ASSERT_TRUE(bus.publish({.topic = Topic::kResults, .value = "result"}, [&](const base::Result<void>&) {
    reader->acknowledge(request.position);
    EXPECT_TRUE(publish(bus, Topic::kRequests, "next"));
  }));
  EXPECT_THAT(values(read_records(*reader, 1)), ElementsAre("next"));
  EXPECT_EQ(bus.held(Topic::kRequests), 1U);
}

}  // namespace
}  // namespace sasrec::stream
