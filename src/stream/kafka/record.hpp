#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <vector>

#include "bus/bus.hpp"
#include "stream/kafka/handles.hpp"

namespace sasrec::stream {

KafkaHeaders make_kafka_headers(const std::vector<bus::Header>& headers);

/// A copy of what was read.
bus::Record make_record(const rd_kafka_message_t& message, bus::Topic topic, std::uint64_t assignment);

}  // namespace sasrec::stream
