#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// How many partitions a topic has; 0 if there is no such topic, which is not created by asking. kUnavailable if no
/// broker answers within `wait`.
base::Result<int> count_partitions(rd_kafka_t* client, rd_kafka_topic_t* topic, std::chrono::milliseconds wait);

/// Creates `topics`, none of which was there; one that another process has created meanwhile is fine.
base::Result<void> create_topics(rd_kafka_t* client, const KafkaOptions& options, const std::vector<bus::Topic>& topics,
                                 std::chrono::milliseconds wait);

}  // namespace sasrec::stream
