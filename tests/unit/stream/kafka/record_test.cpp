#include "stream/kafka/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using testing::ElementsAre;

class KafkaRecordTest : public KafkaFixture {};

TEST_F(KafkaRecordTest, HasTheBytesThePlaceAndTheHeadersThatWerePublished) {
  const auto bus = make_ready_bus();
  const auto reader = bus->subscribe(bus::Topic::kRequests, bus::Group::kWorkers);
  const std::string key("an\0na", 5);
  ASSERT_TRUE(bus->publish(
      {.topic = bus::Topic::kRequests, .key = key, .value = "va\nlue", .headers = {{"a", "1"}, {"b", ""}, {"a", "2"}}},
      {}));
  const auto records = test::read_records(*reader, 1);
  ASSERT_EQ(records.size(), 1);
  const auto& [message, position] = std::tie(records[0].message, records[0].position);
  EXPECT_EQ(message.topic, bus::Topic::kRequests);
  EXPECT_EQ(message.key, key);
  EXPECT_EQ(message.value, "va\nlue");
  EXPECT_THAT(message.headers,
              ElementsAre(testing::FieldsAre("a", "1"), testing::FieldsAre("b", ""), testing::FieldsAre("a", "2")));
  EXPECT_EQ(position.offset, 0);
}

TEST(KafkaRecord, HeadersKeepTheirOrderAndRepeatedNames) {
  const auto headers = make_kafka_headers({{"a", "1"}, {"b", ""}, {"a", "2"}});
  std::vector<std::string> names;
  const char* name = nullptr;
  const void* text = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers.get(), i, &name, &text, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    names.push_back(std::string(name) + "=" + std::string(static_cast<const char*>(text), size));
  }
  EXPECT_THAT(names, ElementsAre("a=1", "b=", "a=2"));
}

}  // namespace
}  // namespace sasrec::stream
