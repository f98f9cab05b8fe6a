#include "stream/kafka/progress.hpp"

#include <algorithm>
#include <string>

#include "stream/kafka/settings.hpp"

namespace sasrec::stream {
namespace {

base::Failure unanswered(const std::string& topic, rd_kafka_resp_err_t error) {
  return base::fail(base::ErrorCode::kUnavailable, "how far {} is read is not known: {}", topic,
                    rd_kafka_err2str(error));
}

}  // namespace

KafkaProgress::KafkaProgress(const KafkaOptions& options, bus::Group group)
    : options_(options), client_(make_kafka_client(options, KafkaRole::kFanOut, [&](rd_kafka_conf_t* conf) {
        set_kafka(conf, "group.id", options.prefix + std::string(bus::name(group)));
      })) {}

base::Result<bus::Progress> KafkaProgress::read(bus::Topic topic, int partitions,
                                                std::chrono::milliseconds wait) const {
  const auto name = topic_name(options_, topic);
  const KafkaPartitions committed(rd_kafka_topic_partition_list_new(partitions));
  for (int partition = 0; partition < partitions; ++partition) {
    rd_kafka_topic_partition_list_add(committed.get(), name.c_str(), partition);
  }
  // The commits first: what is published in between only makes the group look further behind.
  if (const auto error = rd_kafka_committed(client_.get(), committed.get(), kafka_timeout(wait));
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unanswered(name, error);
  }
  bus::Progress progress;
  for (int partition = 0; partition < partitions; ++partition) {
    const auto& entry = committed->elems[partition];
    if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR) return unanswered(name, entry.err);
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (const auto error =
            rd_kafka_query_watermark_offsets(client_.get(), name.c_str(), partition, &low, &high, kafka_timeout(wait));
        error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return unanswered(name, error);
    }
    // A new group begins at the lowest offset, and one whose records were deleted goes on there.
    progress.acknowledged.push_back(std::max(entry.offset, low));
    progress.ends.push_back(high);
  }
  return progress;
}

}  // namespace sasrec::stream
