#include "stream/kafka/group_subscription.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
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

class KafkaGroupSubscriptionTest : public KafkaFixture {};

TEST_F(KafkaGroupSubscriptionTest, GroupsOutlastErrorsOfTheirCoordinator) {
  const auto bus = make_ready_bus();
  kafka_.fail_requests(test::kFindCoordinator, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE});
  kafka_.fail_requests(test::kJoinGroup,
                       {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR});
  auto reader = bus->subscribe(Topic::kRequests, Group::kWorkers);
  publish_now(*bus, Topic::kRequests, "anna", "one");
  auto records = read_records(*reader, 1);
  ASSERT_EQ(records.size(), 1U);

  kafka_.fail_requests(test::kHeartbeat, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID});
  publish_now(*bus, Topic::kRequests, "anna", "two");
  // Thrown out of the group it joins again, and begins with what it has not acknowledged. "two" may come before that.
  std::vector<std::string> seen;
  ASSERT_TRUE(eventually(kPatience, [&] {
    std::vector<Record> more;
    reader->poll(more, 10, 50ms);
    for (const auto& record : more) {
      seen.push_back(record.message.value);
      records.push_back(record);
    }
    return std::ranges::count(seen, "one") == 1 && seen.back() == "two";
  }));

  kafka_.fail_requests(test::kOffsetCommit, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS});
  for (const auto& record : records) {
    reader->acknowledge(record.position);
  }
  reader->commit(kPatience);
  reader.reset();
  publish_now(*bus, Topic::kRequests, "anna", "three");
  reader = bus->subscribe(Topic::kRequests, Group::kWorkers);
  EXPECT_THAT(values(read_records(*reader, 1)), testing::ElementsAre("three"));
}

TEST_F(KafkaGroupSubscriptionTest, UnacknowledgedRecordsAreBounded) {
  options_.unacknowledged = 10;
  const auto bus = make_ready_bus();
  const auto reader = bus->subscribe(Topic::kRequests, Group::kWorkers);
  const auto sent = numbered("", 100);
  for (const auto& value : sent) {
    ASSERT_TRUE(bus->publish({.topic = Topic::kRequests, .key = "anna", .value = value}, {}));
  }
  std::vector<Record> records = read_records(*reader, 10);
  ASSERT_EQ(records.size(), 10U);
  reader->poll(records, 100, 200ms);
  EXPECT_EQ(records.size(), 10U) << "there is no room for more";

  // A poll that waits for room is woken by what makes it.
  std::size_t acknowledged = 0;
  while (records.size() < sent.size()) {
    auto polled = std::async(std::launch::async, [&] {
      std::vector<Record> more;
      reader->poll(more, 100, kPatience);
      return more;
    });
    for (const auto end = records.size(); acknowledged < end; ++acknowledged) {
      reader->acknowledge(records[acknowledged].position);
    }
    ASSERT_EQ(polled.wait_for(kPatience / 2), std::future_status::ready);
    const auto more = polled.get();
    EXPECT_LE(more.size(), 10U);
    records.insert(records.end(), more.begin(), more.end());
  }
  EXPECT_THAT(values(records), ElementsAreArray(sent));
}

TEST_F(KafkaGroupSubscriptionTest, AMemberThatDoesNotPollLosesItsShare) {
  options_.poll_timeout = 1500ms;
  const auto bus = make_ready_bus();
  const auto stuck = bus->subscribe(Topic::kRequests, Group::kWorkers);
  publish_now(*bus, Topic::kRequests, "anna", "request");
  ASSERT_EQ(read_records(*stuck, 1).size(), 1U);
  const auto other = bus->subscribe(Topic::kRequests, Group::kWorkers);
  EXPECT_THAT(values(read_records(*other, 1)), testing::ElementsAre("request"));
}

}  // namespace
}  // namespace sasrec::stream
