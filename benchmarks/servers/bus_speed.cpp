// How fast the buses are.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "stream/in_process_bus.hpp"
#include "stream/kafka/bus.hpp"
#include "support/bus/read_records.hpp"
#include "support/eventually.hpp"
#include "support/kafka_broker.hpp"

namespace sasrec::test {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Record;
using bus::Topic;
using SteadyClock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

// As requests with histories of some 250 items; of many users, since equal values compress to nothing.
std::vector<std::string> make_values() {
  std::vector<std::string> values(512, R"({"user":"u-31415","history":[)");
  std::mt19937 random(1);
  for (auto& value : values) {
    while (value.size() < 2040) {
      value += '"' + std::to_string(random() % 60'000) + "\",";
    }
    value.back() = ']';
    value += '}';
  }
  return values;
}

const std::string& value_of(std::size_t number) {
  static const auto values = make_values();
  return values[number % values.size()];
}

// Messages a second from publish() to acknowledged, one thread on each side.
double measure_rate(bus::Bus& bus, int count) {
  const auto reader = bus.subscribe(Topic::kRequests, Group::kWorkers);
  publish_now(bus, Topic::kRequests, "first", value_of(0));
  reader->acknowledge(read_records(*reader, 1).at(0).position);
  const auto begin = SteadyClock::now();
  std::jthread publisher([&] {
    for (int i = 0; i < count;) {
      if (bus.publish({.topic = Topic::kRequests,
                       .key = std::to_string(i % 997),
                       .value = value_of(static_cast<std::size_t>(i))},
                      {})) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  std::vector<Record> records;
  for (int read = 0; read < count;) {
    records.clear();
    reader->poll(records, 256, kPatience);
    if (records.empty()) {
      ADD_FAILURE() << "nothing came after " << read;
      break;
    }
    for (const auto& record : records) {
      reader->acknowledge(record.position);
    }
    read += static_cast<int>(records.size());
  }
  return count / std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

// From before publish() to after poll(), one message at a time.
std::vector<double> measure_latency(bus::Bus& bus, std::size_t count) {
  const auto reader = bus.subscribe(Topic::kResults, Group::kEverybody);
  std::atomic<SteadyClock::time_point> published{};
  std::atomic<std::size_t> done = 0;
  std::vector<double> taken;
  std::jthread polling([&] {
    std::vector<Record> records;
    while (done < count) {
      records.clear();
      reader->poll(records, 1, kPatience);
      ASSERT_EQ(records.size(), 1U);
      taken.push_back(Milliseconds(SteadyClock::now() - published.load()).count());
      ++done;
      done.notify_one();
    }
  });
  for (std::size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_for(1ms);  // the reader is asleep again: this is part of what is measured
    published = SteadyClock::now();
    EXPECT_TRUE(bus.publish(
        {.topic = Topic::kResults, .key = std::to_string(i), .value = value_of(static_cast<std::size_t>(i))}, {}));
    done.wait(i);
  }
  polling.join();
  std::ranges::sort(taken);
  return taken;
}

void print_latency(const char* name, const std::vector<double>& taken) {
  std::printf("%s: publish to poll p50 %.3f ms, p99 %.3f ms\n", name, taken[taken.size() / 2],
              taken[taken.size() * 99 / 100]);
}

TEST(BusSpeed, WithinAProcess) {
  stream::InProcessBus bus;
  const auto rate = measure_rate(bus, 300'000);
  std::printf("in-process: %.0f messages/s of 2 KiB\n", rate);
  const auto taken = measure_latency(bus, 2000);
  print_latency("in-process", taken);
}

TEST(BusSpeed, Kafka) {
  const KafkaBroker broker({.properties = {}, .java = {"-XX:TieredStopAtLevel=4"}});
  broker.warm_up_groups();
  for (const auto* compression : {"none", "lz4"}) {
    stream::KafkaBus bus({.brokers = broker.bootstrap(),
                          .prefix = std::string(compression) + ".",
                          .settings = {{"compression.type", compression}}});
    ASSERT_TRUE(eventually(kPatience, [&] { return bus.health().has_value(); }));
    measure_rate(bus, 20'000);  // the broker's code is compiled meanwhile
    const auto rate = measure_rate(bus, 100'000);
    std::printf("Kafka, compression %s: %.0f messages/s of 2 KiB\n", compression, rate);
    const auto begin = SteadyClock::now();
    bus.subscribe(Topic::kResults, Group::kEverybody);
    std::printf("Kafka: subscribing to all takes %.0f ms\n", Milliseconds(SteadyClock::now() - begin).count());
    const auto taken = measure_latency(bus, 1000);
    print_latency("Kafka", taken);
  }
}

}  // namespace
}  // namespace sasrec::test
