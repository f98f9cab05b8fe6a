#include "stream/kafka/bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "support/bus/notices.hpp"
#include "support/bus/read_records.hpp"
#include "support/eventually.hpp"
#include "unit/stream/mock_kafka.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Record;
using bus::Topic;
using test::eventually;
using test::kPatience;
using test::MockKafka;
using test::numbered;
using test::publish_now;
using test::read_records;
using test::values;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using SteadyClock = std::chrono::steady_clock;

// A broker that isn't there: nothing listens on the discard port.
constexpr const char* kNobody = "127.0.0.1:9";

class KafkaBusTest : public testing::Test {
 protected:
  KafkaBusTest() {
    kafka_.create_topics("");
    options_ = kafka_.options();
    options_.notice = [this](std::string_view text) {
      notices_.add(text);
    };
  }

  std::unique_ptr<KafkaBus> make_ready_bus() {
    auto bus = std::make_unique<KafkaBus>(options_);
    EXPECT_TRUE(eventually(kPatience, [&] { return bus->health().has_value(); }));
    return bus;
  }

  test::Notices notices_;
  MockKafka kafka_;
  KafkaOptions options_;
};

TEST_F(KafkaBusTest, ProducingIsTriedAgainInOrder) {
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

TEST_F(KafkaBusTest, AProducerThatBreaksIsReplaced) {
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

TEST_F(KafkaBusTest, AFullQueueIsOverloadAndEmptiesItself) {
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

TEST_F(KafkaBusTest, WhatCantBeDeliveredInTimeFails) {
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

TEST_F(KafkaBusTest, GroupsOutlastErrorsOfTheirCoordinator) {
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

TEST_F(KafkaBusTest, ReadersGoOnAfterErrorsAndSayThemOnce) {
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

TEST_F(KafkaBusTest, AnOutageIsReportedAndPasses) {
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

TEST_F(KafkaBusTest, UnacknowledgedRecordsAreBounded) {
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

TEST_F(KafkaBusTest, AMemberThatDoesNotPollLosesItsShare) {
  options_.poll_timeout = 1500ms;
  const auto bus = make_ready_bus();
  const auto stuck = bus->subscribe(Topic::kRequests, Group::kWorkers);
  publish_now(*bus, Topic::kRequests, "anna", "request");
  ASSERT_EQ(read_records(*stuck, 1).size(), 1U);
  const auto other = bus->subscribe(Topic::kRequests, Group::kWorkers);
  EXPECT_THAT(values(read_records(*other, 1)), testing::ElementsAre("request"));
}

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

// Without a broker from the beginning.
TEST(KafkaBus, WaitsForABrokerThatIsNotThere) {
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

TEST_F(KafkaBusTest, WhoWaitsIsToldThatItIsReady) {
  KafkaBus bus(options_);
  EXPECT_TRUE(bus.wait_until_ready(std::stop_token()));
  EXPECT_TRUE(bus.health());
}

// The mock creates topics for who asks about them and lets it, but can't be told to create any.
TEST(KafkaBus, TopicsAreNotCreatedByAskingForThem) {
  const MockKafka kafka;
  const KafkaBus bus(kafka.options());
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto health = bus.health();
    return !health && health.error().message.find("creating topics") != std::string::npos;
  })) << "the topics are there, or something else is wrong";
}

std::string refusal(const std::map<std::string, std::string>& settings) {
  try {
    const KafkaBus bus({.brokers = kNobody, .settings = settings});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(KafkaBus, SettingsReachLibrdkafkaAndWrongOnesAreNamed) {
  EXPECT_EQ(refusal({{"security.protocol", "sasl_plaintext"},
                     {"sasl.mechanisms", "SCRAM-SHA-512"},
                     {"sasl.username", "app"},
                     {"sasl.password", "secret"}}),
            "");
  EXPECT_THAT(refusal({{"no.such.setting", "1"}}), HasSubstr("no.such.setting"));
  EXPECT_THAT(refusal({{"security.protocol", "carrier-pigeon"}}), HasSubstr("security.protocol"));
  EXPECT_THAT(refusal({{"security.protocol", "ssl"}, {"ssl.ca.location", "/no/such/file.pem"}}),
              HasSubstr("ssl.ca.location"));
  for (const auto* reserved : {"acks", "enable.auto.commit", "group.id", "bootstrap.servers", "transactional.id"}) {
    EXPECT_THAT(refusal({{reserved, "1"}}), AllOf(HasSubstr(reserved), HasSubstr("can't be changed")));
  }
}

TEST(KafkaBus, SecretsAreNotShown) {
  const auto message = refusal({{"security.protocol", "ssl"}, {"ssl.key.pem", "-----my private key-----"}});
  EXPECT_NE(message, "");
  EXPECT_THAT(message, Not(HasSubstr("my private key")));
}

}  // namespace
}  // namespace sasrec::stream
