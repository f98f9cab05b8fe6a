#include "support/bus/read_records.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <utility>

namespace sasrec::test {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

}  // namespace

std::vector<bus::Record> read_records(bus::Subscription& subscription, std::size_t count) {
  std::vector<bus::Record> records;
  const auto deadline = SteadyClock::now() + kPatience;
  while (records.size() < count && SteadyClock::now() < deadline) {
    subscription.poll(records, count - records.size(), 100ms);
  }
  return records;
}

std::vector<bus::Record> read_until_quiet(bus::Subscription& subscription, std::chrono::milliseconds quiet) {
  std::vector<bus::Record> records;
  auto before = records.size();
  do {
    before = records.size();
    subscription.poll(records, 1000, quiet);
  } while (records.size() > before);
  return records;
}

bool await_lag(const bus::Bus& bus, bus::Topic topic, bus::Subscription& reader, std::size_t lag) {
  std::vector<bus::Record> none;
  const auto deadline = SteadyClock::now() + kPatience;
  while (bus.lag(topic) != lag && SteadyClock::now() < deadline) reader.poll(none, 1, 50ms);
  return bus.lag(topic) == lag;
}

std::vector<std::string> values(const std::vector<bus::Record>& records) {
  std::vector<std::string> values;
  values.reserve(records.size());
  for (const auto& record : records) {
    values.push_back(record.message.value);
  }
  return values;
}

void publish_now(bus::Bus& bus, bus::Topic topic, const std::string& key, const std::string& value) {
  publish_now(bus, {.topic = topic, .key = key, .value = value});
}

void publish_now(bus::Bus& bus, const bus::Message& message) {
  // shared: with the callback, which may come when this has given up
  const auto delivered = std::make_shared<std::promise<base::Result<void>>>();
  auto outcome = delivered->get_future();
  const auto deadline = SteadyClock::now() + kPatience;
  while (true) {
    const auto accepted =
        bus.publish(message, [delivered](base::Result<void> result) { delivered->set_value(std::move(result)); });
    if (accepted) {
      break;
    }
    ASSERT_EQ(accepted.error().code, base::ErrorCode::kOverloaded) << accepted.error().message;
    ASSERT_LT(SteadyClock::now(), deadline) << accepted.error().message;
    bus.flush(10ms);
  }
  ASSERT_EQ(outcome.wait_for(kPatience), std::future_status::ready);
  const auto result = outcome.get();
  ASSERT_TRUE(result) << result.error().message;
}

std::vector<std::string> numbered(std::string_view prefix, std::size_t count) {
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(std::string(prefix) + std::to_string(i));
  }
  return texts;
}

}  // namespace sasrec::test
