#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <vector>

#include "pipeline/bus.hpp"
#include "stream/kafka_handles.hpp"

namespace sasrec::stream {

KafkaHeaders make_kafka_headers(const std::vector<pipeline::Header>& headers);

/// A copy of what was read.
pipeline::Record make_record(const rd_kafka_message_t& message, pipeline::Topic topic, std::uint64_t assignment);

}  // namespace sasrec::stream
