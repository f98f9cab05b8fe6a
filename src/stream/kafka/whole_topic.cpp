#include "stream/kafka/whole_topic.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "stream/kafka/record.hpp"
#include "stream/kafka/settings.hpp"
#include "stream/kafka/topics.hpp"

namespace sasrec::stream {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

base::Failure unanswered(const KafkaOptions& options, const std::string& what) {
  return base::fail(base::ErrorCode::kUnavailable, "Kafka at {}: {}", options.brokers, what);
}

/// Ends the reading of a partition that was begun.
class Reading {
 public:
  Reading(rd_kafka_topic_t* topic, std::int32_t partition) : topic_(topic), partition_(partition) {}
  ~Reading() { rd_kafka_consume_stop(topic_, partition_); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  rd_kafka_topic_t* topic_;
  std::int32_t partition_;
};

}  // namespace

base::Result<void> read_whole_topic(const KafkaOptions& options, bus::Topic topic,
                                    const std::function<void(const bus::Record&)>& on_record) {
  KafkaClient client;
  try {
    client = make_kafka_client(options, KafkaRole::kFanOut,
                               [](rd_kafka_conf_t* conf) { set_kafka(conf, "enable.partition.eof", "true"); });
  } catch (const std::runtime_error& error) {
    return base::fail(base::ErrorCode::kInvalidInput, "{}", error.what());
  }
  const auto name = topic_name(options, topic);
  const KafkaTopic handle(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
  const auto partitions = count_partitions(client.get(), handle.get(), kPatience);
  if (!partitions) return unanswered(options, partitions.error().message);
  for (std::int32_t partition = 0; partition < *partitions; ++partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (const auto error = rd_kafka_query_watermark_offsets(client.get(), name.c_str(), partition, &low, &high,
                                                            kafka_timeout(kPatience));
        error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return unanswered(options, rd_kafka_err2str(error));
    }
    if (low >= high) continue;
    if (rd_kafka_consume_start(handle.get(), partition, low) != 0) {
      return unanswered(options, rd_kafka_err2str(rd_kafka_last_error()));
    }
    const Reading reading(handle.get(), partition);
    // The last offsets may be gaps (of a compacted topic, or of transactions), so the end is also where reading ends.
    for (std::int64_t next = low; next < high;) {
      const KafkaMessage message(rd_kafka_consume(handle.get(), partition, kafka_timeout(kPatience)));
      if (!message) return unanswered(options, "it gave no more records of " + name);
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return unanswered(options, rd_kafka_message_errstr(message.get()));
      on_record(make_record(*message, topic, 0));
      next = message->offset + 1;
    }
  }
  return {};
}

}  // namespace sasrec::stream
