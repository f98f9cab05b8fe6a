#include "stream/kafka/bus.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "stream/kafka/bus.hpp"
#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Topic;
using test::eventually;
using test::kPatience;
using test::publish_now;
using test::read_records;
using SteadyClock = std::chrono::steady_clock;

class KafkaBusTest : public KafkaFixture {};

TEST_F(KafkaBusTest, EndsInBoundedTimeWithKafkaDown) {
  auto bus = make_ready_bus();
  auto member = bus->subscribe(Topic::kRequests, Group::kWorkers);
  auto listener = bus->subscribe(Topic::kResults, Group::kEverybody);
  publish_now(*bus, Topic::kRequests, "anna", "before");
  const auto records = read_records(*member, 1);
  ASSERT_EQ(records.size(), 1U);
  kafka_.go_down();
  ASSERT_TRUE(eventually(kPatience, [&] { return !bus->health(); }));
  std::atomic<int> failed = 0;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(bus->publish({.topic = Topic::kRequests, .key = "anna", .value = "late"},
                             [&](const base::Result<void>& result) { failed += result ? 0 : 1; }));
  }
  const auto begin = SteadyClock::now();
  member->acknowledge(records[0].position);
  member->commit(100ms);
  member.reset();
  listener.reset();
  bus.reset();
  EXPECT_LT(SteadyClock::now() - begin, 10s);
  EXPECT_EQ(failed, 5) << "whoever published is told";
}

}  // namespace
}  // namespace sasrec::stream
