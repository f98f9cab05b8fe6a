#pragma once

#include <functional>

#include "base/result.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// Reads a topic from its first record to its end as it is now, partition by partition, and calls `on_record` with each
/// record. Blocks. A topic that does not exist is empty. kInvalidInput: a setting is wrong. kUnavailable: the brokers
/// don't answer within ten seconds, or stop to.
base::Result<void> read_whole_topic(const KafkaOptions& options, bus::Topic topic,
                                    const std::function<void(const bus::Record&)>& on_record);

}  // namespace sasrec::stream
