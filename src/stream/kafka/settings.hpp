#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <string>

#include "bus/bus.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// What a client of librdkafka is for.
enum class KafkaRole : std::uint8_t { kCluster, kProducer, kGroup, kFanOut };

/// A client with the settings of its role, then the operator's. `add` registers callbacks and what is particular to the
/// one client. Throws std::runtime_error naming the setting that is wrong; values of secret ones are not shown.
KafkaClient make_kafka_client(const KafkaOptions& options, KafkaRole role,
                              const std::function<void(rd_kafka_conf_t*)>& add);

/// As make_kafka_client's own: sets what must be accepted.
void set_kafka(rd_kafka_conf_t* conf, const std::string& name, const std::string& value);

std::string topic_name(const KafkaOptions& options, bus::Topic topic);

/// The largest message on the wire: a value with the headers of a dead letter around it.
std::size_t max_message_bytes(const KafkaOptions& options);

/// `count` as librdkafka takes milliseconds, at least 0.
int kafka_timeout(std::chrono::milliseconds wait);

}  // namespace sasrec::stream
