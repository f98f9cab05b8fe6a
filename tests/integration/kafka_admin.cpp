#include "integration/kafka_admin.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace sasrec::test {
namespace {

constexpr int kPatience = 20'000;

void check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(what + ": " + rd_kafka_err2str(error));
  }
}

stream::KafkaEvent await(rd_kafka_queue_t* queue, const std::string& what) {
  stream::KafkaEvent event(rd_kafka_queue_poll(queue, kPatience));
  check(event ? rd_kafka_event_error(event.get()) : RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  return event;
}

}  // namespace

KafkaAdmin::KafkaAdmin(const std::string& brokers) {
  std::array<char, 512> reason{};
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), reason.data(), reason.size());
  rd_kafka_conf_set_log_cb(conf, nullptr);
  rd_kafka_conf_set(conf, "allow.auto.create.topics", "false", reason.data(), reason.size());
  client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size()));
  if (!client_) {
    throw std::runtime_error(reason.data());
  }
}

int KafkaAdmin::partitions(const std::string& topic) const {
  const stream::KafkaTopic handle(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  check(rd_kafka_metadata(client_.get(), 0, handle.get(), &metadata, kPatience), "metadata of " + topic);
  const auto count = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  return count;
}

std::string KafkaAdmin::config(const std::string& topic, const std::string& name) const {
  const stream::KafkaQueue queue(rd_kafka_queue_new(client_.get()));
  auto* asked = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  rd_kafka_DescribeConfigs(client_.get(), &asked, 1, nullptr, queue.get());
  rd_kafka_ConfigResource_destroy(asked);
  const auto event = await(queue.get(), "configuration of " + topic);
  std::size_t count = 0;
  const auto* resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  const auto* entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (const auto* entry : std::span(entries, count)) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entry)) == name) {
      return rd_kafka_ConfigEntry_value(entry);
    }
  }
  throw std::runtime_error(topic + " has no setting " + name);
}

void KafkaAdmin::remove(const std::string& topic) const {
  const stream::KafkaQueue queue(rd_kafka_queue_new(client_.get()));
  auto* removed = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client_.get(), &removed, 1, nullptr, queue.get());
  rd_kafka_DeleteTopic_destroy(removed);
  const auto event = await(queue.get(), "removing " + topic);
  std::size_t count = 0;
  const auto* results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  check(rd_kafka_topic_result_error(results[0]), "removing " + topic);
}

void KafkaAdmin::add_partitions(const std::string& topic, int total) const {
  const stream::KafkaQueue queue(rd_kafka_queue_new(client_.get()));
  std::array<char, 512> reason{};
  auto* wanted =
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(total), reason.data(), reason.size());
  rd_kafka_CreatePartitions(client_.get(), &wanted, 1, nullptr, queue.get());
  rd_kafka_NewPartitions_destroy(wanted);
  const auto event = await(queue.get(), "partitions of " + topic);
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event.get()), &count);
  check(rd_kafka_topic_result_error(results[0]), "partitions of " + topic);
}

void KafkaAdmin::write(const std::string& topic, const std::string& value, std::int64_t time) const {
  const stream::KafkaTopic handle(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  std::array<rd_kafka_vu_t, 4> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_RKT;
  fields[0].u.rkt = handle.get();
  fields[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[1].u.i = RD_KAFKA_MSG_F_COPY;
  fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[2].u.mem.ptr = const_cast<char*>(value.data());  // copied
  fields[2].u.mem.size = value.size();
  fields[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  fields[3].u.i64 = time;
  const stream::KafkaError error(rd_kafka_produceva(client_.get(), fields.data(), fields.size()));
  check(error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR, "writing to " + topic);
  check(rd_kafka_flush(client_.get(), kPatience), "writing to " + topic);
}

}  // namespace sasrec::test
