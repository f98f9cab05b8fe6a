#include "support/bus/bus_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "support/bus/read_records.hpp"

namespace sasrec::test {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Message;
using bus::Record;
using bus::Subscription;
using bus::Topic;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;
using SteadyClock = std::chrono::steady_clock;

// Long enough for a record that must not come to come.
constexpr auto kQuiet = 300ms;

void acknowledge(Subscription& subscription, const std::vector<Record>& records) {
  for (const auto& record : records) {
    subscription.acknowledge(record.position);
  }
}

TEST_P(BusContract, ARecordIsWhatWasPublished) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  Message sent{.topic = Topic::kRequests, .key = "anna", .value = std::string("a\0b\n", 4)};
  sent.headers = {{"content-type", "application/json"}, {"traceparent", "00-1-2-03"}, {"empty", ""}};
  publish_now(bus_, sent);
  const auto records = read_records(*reader, 1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].message.topic, sent.topic);
  EXPECT_EQ(records[0].message.key, sent.key);
  EXPECT_EQ(records[0].message.value, sent.value);
  EXPECT_EQ(records[0].message.headers, sent.headers);
}

TEST_P(BusContract, RecordsOfOneKeyComeInOrder) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  std::map<std::string, std::vector<std::string>> sent;
  for (int i = 0; i < 400; ++i) {
    const auto key = "user" + std::to_string(i % 13);
    sent[key].push_back(std::to_string(i));
    if (i == 0) {
      publish_now(bus_, Topic::kRequests, key, std::to_string(i));  // from now on it isn't overloaded
    } else {
      ASSERT_TRUE(bus_.publish({.topic = Topic::kRequests, .key = key, .value = std::to_string(i)}, {}));
    }
  }
  std::map<std::string, std::vector<std::string>> received;
  std::map<std::string, std::set<std::int32_t>> partitions;
  for (const auto& record : read_records(*reader, 400)) {
    received[record.message.key].push_back(record.message.value);
    partitions[record.message.key].insert(record.position.partition);
  }
  EXPECT_EQ(received, sent);
  for (const auto& [key, of_key] : partitions) {
    EXPECT_EQ(of_key.size(), 1U) << key;
  }
}

TEST_P(BusContract, RecordsWithoutAKeyAreSpread) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  for (const auto& value : numbered("", 64)) {
    publish_now(bus_, Topic::kRequests, "", value);
  }
  std::set<std::int32_t> partitions;
  for (const auto& record : read_records(*reader, 64)) {
    EXPECT_EQ(record.message.key, "");
    partitions.insert(record.position.partition);
  }
  EXPECT_EQ(partitions.size(), 4U);
}

TEST_P(BusContract, ANewGroupBeginsAtTheVeryFirstRecord) {
  publish_now(bus_, Topic::kResults, "anna", "before");
  const auto reader = bus_.subscribe(Topic::kResults, Group::kWriters);
  EXPECT_THAT(values(read_records(*reader, 1)), ElementsAre("before"));
}

TEST_P(BusContract, PollTakesAtMostWhatItIsAskedFor) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  for (const auto& value : numbered("", 10)) {
    publish_now(bus_, Topic::kRequests, "anna", value);
  }
  ASSERT_EQ(read_records(*reader, 1).size(), 1U);
  std::vector<Record> records;
  const auto deadline = SteadyClock::now() + kPatience;
  while (records.size() < 9 && SteadyClock::now() < deadline) {
    const auto before = records.size();
    reader->poll(records, 3, 100ms);
    EXPECT_LE(records.size() - before, 3U);
  }
  EXPECT_THAT(values(records), ElementsAreArray({"1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST_P(BusContract, PollWaitsAsLongAsItIsToldAndNoLonger) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  publish_now(bus_, Topic::kRequests, "anna", "first");
  ASSERT_EQ(read_records(*reader, 1).size(), 1U);
  std::vector<Record> records;
  const auto begin = SteadyClock::now();
  reader->poll(records, 10, 200ms);
  EXPECT_GE(SteadyClock::now() - begin, 200ms);
  EXPECT_THAT(records, IsEmpty());

  auto woken = std::async(std::launch::async, [&] {
    std::vector<Record> found;
    reader->poll(found, 10, kPatience);
    return std::pair(found, SteadyClock::now());
  });
  publish_now(bus_, Topic::kRequests, "anna", "second");
  ASSERT_EQ(woken.wait_for(kPatience / 2), std::future_status::ready) << "slept on although there was a record";
  EXPECT_THAT(values(woken.get().first), ElementsAre("second"));
}

// Publishes rounds of records until both have read some of two rounds: partitions may change hands within the first.
// Returns the records of the second that each read.
std::pair<std::vector<Record>, std::vector<Record>> read_shared(bus::Bus& bus, Subscription& one, Subscription& other) {
  const auto deadline = SteadyClock::now() + kPatience;
  int shared_rounds = 0;
  for (int round = 0; SteadyClock::now() < deadline; ++round) {
    for (int i = 0; i < 32; ++i) {
      publish_now(bus, Topic::kRequests, "user" + std::to_string(i), std::to_string(round) + "/" + std::to_string(i));
    }
    std::pair<std::vector<Record>, std::vector<Record>> read;
    std::size_t of_round = 0;
    const auto collect = [&](Subscription& reader, std::vector<Record>& into) {
      std::vector<Record> records;
      reader.poll(records, 1000, 20ms);
      for (auto& record : records) {
        reader.acknowledge(record.position);
        if (record.message.value.starts_with(std::to_string(round) + "/")) {
          into.push_back(std::move(record));
          ++of_round;
        }
      }
    };
    while (of_round < 32 && SteadyClock::now() < deadline) {
      collect(one, read.first);
      collect(other, read.second);
    }
    if (!read.first.empty() && !read.second.empty() && of_round == 32 && ++shared_rounds == 2) {
      return read;
    }
  }
  return {};
}

TEST_P(BusContract, MembersOfAGroupShareThePartitions) {
  const auto one = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  const auto other = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  const auto [first, second] = read_shared(bus_, *one, *other);
  ASSERT_FALSE(first.empty());
  std::set<std::string> keys_of_first;
  std::set<std::int32_t> partitions_of_first;
  for (const auto& record : first) {
    keys_of_first.insert(record.message.key);
    partitions_of_first.insert(record.position.partition);
  }
  for (const auto& record : second) {
    EXPECT_FALSE(keys_of_first.contains(record.message.key)) << record.message.key;
    EXPECT_FALSE(partitions_of_first.contains(record.position.partition));
  }
}

TEST_P(BusContract, WhatIsNotAcknowledgedComesAgainInOrder) {
  auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  for (const auto& value : numbered("", 10)) {
    publish_now(bus_, Topic::kRequests, "anna", value);
  }
  const auto records = read_records(*reader, 10);
  ASSERT_EQ(records.size(), 10U);
  // 3 is missing: 4 and 5 are done, but come again.
  for (const auto i : {5U, 0U, 2U, 1U, 4U}) {
    reader->acknowledge(records[i].position);
  }
  reader.reset();
  reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  EXPECT_THAT(values(read_records(*reader, 7)), ElementsAre("3", "4", "5", "6", "7", "8", "9"));
}

TEST_P(BusContract, WhatIsAcknowledgedDoesNotComeAgain) {
  auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  for (const auto& value : numbered("", 20)) {
    publish_now(bus_, Topic::kRequests, value, value);
  }
  acknowledge(*reader, read_records(*reader, 20));
  reader->commit(kPatience);
  reader.reset();
  publish_now(bus_, Topic::kRequests, "anna", "last");
  reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  EXPECT_THAT(values(read_records(*reader, 1)), ElementsAre("last"));
  EXPECT_THAT(values(read_until_quiet(*reader, kQuiet)), IsEmpty());
}

TEST_P(BusContract, AClosedMembersShareGoesToTheOthers) {
  auto one = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  const auto other = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  ASSERT_FALSE(read_shared(bus_, *one, *other).first.empty());
  const auto sent = numbered("value", 64);
  for (const auto& value : sent) {
    publish_now(bus_, Topic::kRequests, value, value);
  }
  // Some are read and nothing is acknowledged by the one that goes.
  read_records(*one, 1);
  one.reset();
  EXPECT_THAT(values(read_records(*other, 64)), UnorderedElementsAreArray(sent));
}

TEST_P(BusContract, AcknowledgingWhatAnotherHasTakenOverDoesNothing) {
  auto one = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  for (int i = 0; i < 32; ++i) {
    publish_now(bus_, Topic::kRequests, "user" + std::to_string(i), std::to_string(i));
  }
  const auto held = read_records(*one, 32);
  ASSERT_EQ(held.size(), 32U);
  auto other = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  std::vector<Record> taken_over;
  const auto deadline = SteadyClock::now() + kPatience;
  while (taken_over.empty() && SteadyClock::now() < deadline) {
    std::vector<Record> ignored;
    one->poll(ignored, 100, 20ms);  // takes part in handing over
    other->poll(taken_over, 100, 20ms);
  }
  ASSERT_FALSE(taken_over.empty());
  acknowledge(*one, held);
  one.reset();
  other.reset();
  const auto last = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  // All of the partitions that were taken over come again, these among them.
  std::set<std::string> missing;
  std::ranges::copy(values(taken_over), std::inserter(missing, missing.end()));
  for (const auto end = SteadyClock::now() + kPatience; !missing.empty() && SteadyClock::now() < end;) {
    std::vector<Record> records;
    last->poll(records, 100, 100ms);
    for (const auto& value : values(records)) {
      missing.erase(value);
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST_P(BusContract, EverybodyGetsAllThatIsPublishedFromTheirBeginningOn) {
  publish_now(bus_, Topic::kResults, "anna", "before");
  const auto one = bus_.subscribe(Topic::kResults, Group::kEverybody);
  publish_now(bus_, Topic::kResults, "anna", "between");
  const auto other = bus_.subscribe(Topic::kResults, Group::kEverybody);
  const auto sent = numbered("after", 20);
  for (const auto& value : sent) {
    publish_now(bus_, Topic::kResults, value, value);
  }
  auto of_one = sent;
  of_one.emplace_back("between");
  EXPECT_THAT(values(read_records(*one, 21)), UnorderedElementsAreArray(of_one));
  EXPECT_THAT(values(read_records(*other, 20)), UnorderedElementsAreArray(sent));
  EXPECT_THAT(values(read_until_quiet(*other, kQuiet)), IsEmpty());
}

TEST_P(BusContract, EverybodyAndTheGroupDoNotTakeFromEachOther) {
  const auto writer = bus_.subscribe(Topic::kResults, Group::kWriters);
  const auto api = bus_.subscribe(Topic::kResults, Group::kEverybody);
  publish_now(bus_, Topic::kResults, "anna", "result");
  const auto seen = read_records(*api, 1);
  EXPECT_THAT(values(seen), ElementsAre("result"));
  acknowledge(*api, seen);
  api->commit(1ms);
  EXPECT_THAT(values(read_records(*writer, 1)), ElementsAre("result"));
}

TEST_P(BusContract, TheLastModelIsKnownToWhoComesLater) {
  publish_now(bus_, Topic::kModels, "current", "one");
  publish_now(bus_, Topic::kModels, "current", "two");
  const auto reader = bus_.subscribe(Topic::kModels, Group::kEverybody);
  publish_now(bus_, Topic::kModels, "current", "three");
  std::vector<std::string> seen;
  const auto deadline = SteadyClock::now() + kPatience;
  while ((seen.empty() || seen.back() != "three") && SteadyClock::now() < deadline) {
    std::vector<Record> records;
    reader->poll(records, 10, 100ms);
    std::ranges::copy(values(records), std::back_inserter(seen));
  }
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen[seen.size() - 2], "two");
  EXPECT_EQ(seen.back(), "three");
}

TEST_P(BusContract, LargeMessagesPassAndTooLargeOnesAreRefused) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  const std::string largest(std::size_t{4} << 20, 'x');
  publish_now(bus_, Topic::kRequests, "anna", largest);
  const auto refused = bus_.publish({.topic = Topic::kRequests, .key = "anna", .value = largest + "x"},
                                    [](const base::Result<void>&) { ADD_FAILURE() << "delivered although refused"; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalidInput);
  const auto records = read_records(*reader, 1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].message.value.size(), largest.size());
}

TEST_P(BusContract, EachAcceptedMessageIsDeliveredOnce) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 250;
  publish_now(bus_, Topic::kResults, "anna", "first");
  const auto reader = bus_.subscribe(Topic::kResults, Group::kEverybody);
  std::vector<std::atomic<int>> delivered(kThreads * kEach);
  {
    std::vector<std::jthread> publishers;
    publishers.reserve(kThreads);
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      publishers.emplace_back([&, thread] {
        for (std::size_t i = 0; i < kEach; ++i) {
          const auto number = thread * kEach + i;
          const auto accepted =
              bus_.publish({.topic = Topic::kResults, .key = std::to_string(thread), .value = std::to_string(number)},
                           [&delivered, number](const base::Result<void>& result) {
                             EXPECT_TRUE(result);
                             ++delivered[number];
                           });
          EXPECT_TRUE(accepted);
        }
      });
    }
  }
  ASSERT_TRUE(bus_.flush(kPatience));
  EXPECT_EQ(bus_.queued(), 0U);
  EXPECT_TRUE(std::ranges::all_of(delivered, [](const auto& times) { return times == 1; }));
  EXPECT_EQ(read_records(*reader, kThreads * kEach).size(), kThreads * kEach);
}

TEST_P(BusContract, TheLagIsWhatIsNotAcknowledged) {
  const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
  for (int i = 0; i < 20; ++i) publish_now(bus_, {.topic = Topic::kRequests, .key = std::to_string(i), .value = "x"});
  const auto records = read_records(*reader, 20);
  EXPECT_TRUE(await_lag(bus_, Topic::kRequests, *reader, 20));
  acknowledge(*reader, records);
  EXPECT_TRUE(await_lag(bus_, Topic::kRequests, *reader, 0));
}

TEST_P(BusContract, MembersMayComeAndGoWhileRecordsFlow) {
  constexpr std::size_t kRecords = 500;
  publish_now(bus_, Topic::kRequests, "", "0");
  std::mutex mutex;
  std::set<std::string> done;
  std::atomic<bool> all_done = false;
  const auto work = [&](int rounds) {
    for (int round = 0; round < rounds && !all_done; ++round) {
      const auto reader = bus_.subscribe(Topic::kRequests, Group::kWorkers);
      const auto deadline = SteadyClock::now() + (round + 1 < rounds ? 200ms : kPatience);
      while (!all_done && SteadyClock::now() < deadline) {
        std::vector<Record> records;
        reader->poll(records, 7, 50ms);
        for (const auto& record : records) {
          const std::lock_guard lock(mutex);
          done.insert(record.message.value);
          all_done = done.size() == kRecords;
        }
        acknowledge(*reader, records);
      }
    }
  };
  {
    std::jthread steady(work, 1);
    std::jthread fickle(work, 4);
    std::jthread publisher([&] {
      for (std::size_t i = 1; i < kRecords; ++i) {
        publish_now(bus_, Topic::kRequests, "user" + std::to_string(i % 29), std::to_string(i));
      }
    });
  }
  EXPECT_EQ(done.size(), kRecords);
}

TEST_P(BusContract, IsHealthyOnceItWorks) {
  publish_now(bus_, Topic::kDead, "anna", "unreadable");
  EXPECT_TRUE(bus_.health());
}

}  // namespace
}  // namespace sasrec::test
