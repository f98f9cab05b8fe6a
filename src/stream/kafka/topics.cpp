#include "stream/kafka/topics.hpp"

#include <array>
#include <memory>
#include <span>

#include "stream/kafka/handles.hpp"
#include "stream/kafka/settings.hpp"

namespace sasrec::stream {
namespace {

using bus::Topic;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDestroy<rd_kafka_NewTopic_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDestroy<rd_kafka_AdminOptions_destroy>>;

base::Result<NewTopic> describe(const KafkaOptions& options, Topic topic) {
  // The active model is one key, and dead letters are read by people: their order matters more than their rate.
  const auto single = topic == Topic::kModels || topic == Topic::kDead;
  std::array<char, 512> reason{};
  NewTopic made(rd_kafka_NewTopic_new(topic_name(options, topic).c_str(), single ? 1 : options.partitions,
                                      options.replication, reason.data(), reason.size()));
  if (!made) {
    return base::fail(base::ErrorCode::kInvalidInput, "topic {} with {} partitions and {} replicas: {}",
                      topic_name(options, topic), options.partitions, options.replication, reason.data());
  }
  const auto largest = std::to_string(max_message_bytes(options));
  rd_kafka_NewTopic_set_config(made.get(), "max.message.bytes", largest.c_str());
  if (topic == Topic::kModels) {
    rd_kafka_NewTopic_set_config(made.get(), "cleanup.policy", "compact");
  }
  // The broker's default may be a day, and a mistake in a producer is often found later than that.
  if (topic == Topic::kInteractions || topic == Topic::kDead) {
    const auto retention = std::to_string(std::chrono::milliseconds(options.retention).count());
    rd_kafka_NewTopic_set_config(made.get(), "retention.ms", retention.c_str());
  }
  if (options.replication >= 3) {
    rd_kafka_NewTopic_set_config(made.get(), "min.insync.replicas", "2");
  }
  return made;
}

base::Result<void> check(rd_kafka_event_t* event) {
  if (const auto error = rd_kafka_event_error(event); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return base::fail(base::ErrorCode::kUnavailable, "creating topics: {}", rd_kafka_event_error_string(event));
  }
  std::size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (const auto* result : std::span(results, count)) {
    const auto error = rd_kafka_topic_result_error(result);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      const auto* reason = rd_kafka_topic_result_error_string(result);
      return base::fail(base::ErrorCode::kUnavailable, "topic {} is missing and can't be created: {}",
                        rd_kafka_topic_result_name(result), reason != nullptr ? reason : rd_kafka_err2str(error));
    }
  }
  return {};
}

}  // namespace

base::Result<int> count_partitions(rd_kafka_t* client, rd_kafka_topic_t* topic, std::chrono::milliseconds wait) {
  const rd_kafka_metadata_t* answer = nullptr;
  const auto error = rd_kafka_metadata(client, 0, topic, &answer, kafka_timeout(wait));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return base::fail(base::ErrorCode::kUnavailable, "{}", rd_kafka_err2str(error));
  }
  struct Destroy {
    void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
  };
  const std::unique_ptr<const rd_kafka_metadata_t, Destroy> metadata(answer);
  // A topic that is being created has no leader for a moment; it exists all the same.
  if (metadata->topic_cnt != 1 || metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return 0;
  }
  const auto& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR && found.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
    return base::fail(base::ErrorCode::kUnavailable, "topic {}: {}", found.topic, rd_kafka_err2str(found.err));
  }
  return found.partition_cnt;
}

base::Result<void> create_topics(rd_kafka_t* client, const KafkaOptions& options, const std::vector<Topic>& topics,
                                 std::chrono::milliseconds wait) {
  std::vector<NewTopic> owned;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  for (const auto topic : topics) {
    auto described = describe(options, topic);
    if (!described) {
      return base::Failure(described.error());
    }
    wanted.push_back(described->get());
    owned.push_back(std::move(*described));
  }
  const AdminOptions how(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  std::array<char, 512> reason{};
  rd_kafka_AdminOptions_set_request_timeout(how.get(), kafka_timeout(wait), reason.data(), reason.size());
  const KafkaQueue queue(rd_kafka_queue_new(client));
  rd_kafka_CreateTopics(client, wanted.data(), wanted.size(), how.get(), queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), kafka_timeout(wait + std::chrono::seconds(1))));
  if (!event) {
    return base::fail(base::ErrorCode::kUnavailable, "creating topics: no answer");
  }
  return check(event.get());
}

}  // namespace sasrec::stream
