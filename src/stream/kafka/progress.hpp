#pragma once

#include <chrono>

#include "base/result.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// Asks the brokers how far a group has read a topic. Its client has the group's name but never joins the group.
class KafkaProgress {
 public:
  /// Throws std::runtime_error if a setting is wrong. `options` must outlive this.
  KafkaProgress(const KafkaOptions& options, bus::Group group);

  /// Blocks for at most `wait` a partition. kUnavailable: a broker did not answer. Thread-safe.
  base::Result<bus::Progress> read(bus::Topic topic, int partitions, std::chrono::milliseconds wait) const;

 private:
  const KafkaOptions& options_;
  KafkaClient client_;
};

}  // namespace sasrec::stream
