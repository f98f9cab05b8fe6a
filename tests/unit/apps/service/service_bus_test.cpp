#include "apps/service/service_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace sasrec::apps {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Topic;
using testing::HasSubstr;

std::string refusal(const std::string& address, const std::vector<std::string>& settings = {}) {
  ServiceOptions options;
  options.bus = address;
  options.kafka = settings;
  const auto made = ServiceBus::make(options);
  if (made) return "";
  EXPECT_EQ(made.error().code, base::ErrorCode::kInvalidInput);
  return made.error().message;
}

TEST(ServiceBus, WithoutAnAddressItIsWithinTheProcess) {
  const auto made = ServiceBus::make({});
  ASSERT_TRUE(made) << made.error().message;
  const auto reader = (*made)->bus().subscribe(Topic::kRequests, Group::kWorkers);
  ASSERT_TRUE((*made)->bus().publish({.topic = Topic::kRequests, .value = "1"}, {}));
  std::vector<bus::Record> records;
  reader->poll(records, 10, 1'000ms);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].message.value, "1");
}

TEST(ServiceBus, DrainWaitsForWhatIsNotAcknowledged) {
  const auto made = ServiceBus::make({});
  ASSERT_TRUE(made);
  const auto reader = (*made)->bus().subscribe(Topic::kRequests, Group::kWorkers);
  ASSERT_TRUE((*made)->bus().publish({.topic = Topic::kRequests, .value = "1"}, {}));
  std::vector<bus::Record> records;
  reader->poll(records, 10, 1'000ms);
  ASSERT_EQ(records.size(), 1U);
  const auto begin = std::chrono::steady_clock::now();
  (*made)->drain(50ms);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
  reader->acknowledge(records[0].position);
  const auto again = std::chrono::steady_clock::now();
  (*made)->drain(60s);
  EXPECT_LT(std::chrono::steady_clock::now() - again, 30s);
}

TEST(ServiceBus, AnAddressOfAnotherKindIsRefused) {
  EXPECT_THAT(refusal("localhost:9092"), HasSubstr("kafka://host:9092"));
  EXPECT_THAT(refusal("kafka://"), HasSubstr("kafka://host:9092"));
}

TEST(ServiceBus, AWrongSettingIsNamed) {
  EXPECT_THAT(refusal("kafka://localhost:9", {"linger.ms"}), HasSubstr("linger.ms: KEY=VALUE"));
  EXPECT_THAT(refusal("kafka://localhost:9", {"no.such.setting=1"}), HasSubstr("no.such.setting"));
}

}  // namespace
}  // namespace sasrec::apps
