// The broker that integration tests of the bus stand on.
#include "support/kafka_broker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/eventually.hpp"

namespace sasrec::test {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

Client client(rd_kafka_type_t type, const KafkaBroker& broker) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "bootstrap.servers", broker.bootstrap().c_str(), nullptr, 0);
  if (type == RD_KAFKA_CONSUMER) rd_kafka_conf_set(configuration, "group.id", "readers", nullptr, 0);
  return Client(rd_kafka_new(type, configuration, nullptr, 0), &rd_kafka_destroy);
}

/// Writes a record and waits until the broker has it.
void write(const KafkaBroker& broker, const std::string& text) {
  const auto producer = client(RD_KAFKA_PRODUCER, broker);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer.get(), "words", nullptr);
  EXPECT_EQ(
      rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(text.data()), text.size(), nullptr, 0, nullptr),
      0);
  rd_kafka_topic_destroy(topic);
  EXPECT_EQ(rd_kafka_flush(producer.get(), 60'000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

/// The first `count` records.
std::vector<std::string> read(const KafkaBroker& broker, std::size_t count) {
  const auto consumer = client(RD_KAFKA_CONSUMER, broker);
  auto* partitions = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(partitions, "words", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer.get(), partitions);
  rd_kafka_topic_partition_list_destroy(partitions);
  std::vector<std::string> texts;
  EXPECT_TRUE(eventually(minutes(1), [&] {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), 100);
    if (message == nullptr) return false;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      texts.emplace_back(static_cast<const char*>(message->payload), message->len);
    }
    rd_kafka_message_destroy(message);
    return texts.size() == count;
  }));
  rd_kafka_consumer_close(consumer.get());
  return texts;
}

TEST(KafkaBroker, KeepsRecordsOverEveryEnd) {
  KafkaBroker broker;
  broker.create_topic("words", 1);
  write(broker, "a");
  broker.stop();
  EXPECT_FALSE(broker.running());
  broker.start();
  write(broker, "b");
  broker.kill();
  EXPECT_FALSE(broker.running());
  broker.start();
  EXPECT_THAT(read(broker, 2), ElementsAre("a", "b"));
}

TEST(KafkaBroker, HasTheTopicsItIsToldAndReadyGroups) {
  const KafkaBroker broker({.properties = {{"message.max.bytes", "2000"}}});
  broker.create_topic("words", 3, {{"cleanup.policy", "compact"}});
  EXPECT_THROW(broker.create_topic("words", 3), std::runtime_error);
  EXPECT_THROW(broker.create_topic("others", 1, {{"cleanup.policy", "tidy"}}), std::runtime_error);
  broker.warm_up_groups();

  const auto producer = client(RD_KAFKA_PRODUCER, broker);
  const rd_kafka_metadata_t* metadata = nullptr;
  ASSERT_EQ(rd_kafka_metadata(producer.get(), 1, nullptr, &metadata, 60'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    EXPECT_EQ(topic.partition_cnt, std::string(topic.topic) == "words" ? 3 : 1) << topic.topic;
  }
  rd_kafka_metadata_destroy(metadata);
}

TEST(KafkaBroker, SaysWhyItDoesNotStart) {
  try {
    const KafkaBroker broker({.properties = {{"node.id", "many"}}});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Invalid value many"));
  }
}

}  // namespace
}  // namespace sasrec::test
