#include "stream/kafka/topics.hpp"

#include <gtest/gtest.h>

#include <string>

#include "stream/kafka/bus.hpp"
#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using test::eventually;
using test::kPatience;
using test::MockKafka;

// The mock creates topics when somebody asks about them and allows it, but it cannot be told to create any.
TEST(KafkaTopics, TopicsAreNotCreatedByAskingForThem) {
  const MockKafka kafka;
  const KafkaBus bus(kafka.options());
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto health = bus.health();
    return !health && health.error().message.find("creating topics") != std::string::npos;
  })) << "the topics are there, or something else is wrong";
}

}  // namespace
}  // namespace sasrec::stream
