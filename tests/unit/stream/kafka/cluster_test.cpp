#include "stream/kafka/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "stream/kafka/bus.hpp"
#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Record;
using bus::Topic;
using test::eventually;
using test::kPatience;
using test::numbered;
using test::publish_now;
using test::read_records;
using test::values;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using SteadyClock = std::chrono::steady_clock;

class KafkaClusterTest : public KafkaFixture {};

TEST_F(KafkaClusterTest, AnOutageIsReportedAndPasses) {
  const auto bus = make_ready_bus();
  const auto member = bus->subscribe(Topic::kResults, Group::kWriters);
  const auto listener = bus->subscribe(Topic::kResults, Group::kEverybody);
  publish_now(*bus, Topic::kResults, "anna", "before");
  ASSERT_EQ(read_records(*member, 1).size(), 1U);
  ASSERT_EQ(read_records(*listener, 1).size(), 1U);

  kafka_.go_down();
  ASSERT_TRUE(eventually(kPatience, [&] { return !bus->health(); }));
  EXPECT_EQ(bus->health().error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(bus->health().error().message, HasSubstr("Kafka at " + options_.brokers));
  std::vector<Record> records;
  const auto begin = SteadyClock::now();
  member->poll(records, 10, 50ms);
  listener->poll(records, 10, 50ms);
  EXPECT_THAT(records, IsEmpty());
  EXPECT_LT(SteadyClock::now() - begin, 5s);
  std::atomic<int> delivered = 0;
  for (const auto& value : numbered("", 5)) {
    ASSERT_TRUE(
        bus->publish({.topic = Topic::kResults, .key = "anna", .value = value}, [&](const base::Result<void>& result) {
          EXPECT_TRUE(result);
          ++delivered;
        }));
  }

  kafka_.come_back();
  EXPECT_TRUE(eventually(kPatience, [&] { return bus->health().has_value(); }));
  EXPECT_THAT(values(read_records(*listener, 5)), ElementsAreArray(numbered("", 5)));
  ASSERT_TRUE(bus->flush(kPatience));
  EXPECT_EQ(delivered, 5);
  std::set<std::string> seen;  // it may have had to join again, and then reads the first again
  EXPECT_TRUE(eventually(kPatience, [&] {
    std::vector<Record> more;
    member->poll(more, 10, 50ms);
    for (const auto& record : more) {
      seen.insert(record.message.value);
    }
    return seen.contains("4");
  }));
  EXPECT_EQ(notices_.count("waiting for Kafka"), 1);
  EXPECT_EQ(notices_.count("is there"), 2);
}

TEST(KafkaCluster, WaitsForABrokerThatIsNotThere) {
  test::Notices notices;
  const auto begin = SteadyClock::now();
  {
    KafkaBus bus({.brokers = kNobody, .subscribe_patience = 100ms, .notice = [&](std::string_view text) {
                    notices.add(text);
                  }});
    EXPECT_FALSE(bus.health());
    const auto refused = bus.publish({.topic = Topic::kRequests, .value = "x"},
                                     [](const base::Result<void>&) { ADD_FAILURE() << "delivered although refused"; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::kOverloaded);
    EXPECT_THAT(refused.error().message, HasSubstr(kNobody));
    const auto member = bus.subscribe(Topic::kRequests, Group::kWorkers);
    const auto listener = bus.subscribe(Topic::kResults, Group::kEverybody);
    std::vector<Record> records;
    member->poll(records, 10, 10ms);
    listener->poll(records, 10, 10ms);
    member->commit(10ms);
    EXPECT_THAT(records, IsEmpty());
    EXPECT_TRUE(bus.flush(0ms));
    ASSERT_TRUE(eventually(kPatience, [&] { return notices.count("waiting for Kafka at 127.0.0.1:9") == 1; }));
    EXPECT_THAT(bus.health().error().message, HasSubstr("refused"));

    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] { return bus.wait_until_ready(stop.get_token()); });
    stop.request_stop();
    EXPECT_FALSE(waiting.get());
  }
  EXPECT_LT(SteadyClock::now() - begin, 15s);
}

TEST_F(KafkaClusterTest, WhoWaitsIsToldThatItIsReady) {
  KafkaBus bus(options_);
  EXPECT_TRUE(bus.wait_until_ready(std::stop_token()));
  EXPECT_TRUE(bus.health());
}

}  // namespace
}  // namespace sasrec::stream
