#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/cluster.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// Reads all partitions of a topic without a group: from the end as it was when this was made (sasrec.models: from the
/// beginning), and partitions that are added later from theirs.
class KafkaFanOutSubscription final : public bus::Subscription {
 public:
  /// Asks the brokers for the ends, at most options.subscribe_patience long. If they can't be reached, reading begins
  /// later with the first record that was written since this call, by the clocks of those who write.
  /// Throws std::runtime_error if a setting is wrong. `cluster` must outlive this.
  KafkaFanOutSubscription(const KafkaOptions& options, KafkaCluster& cluster, bus::Topic topic);
  ~KafkaFanOutSubscription() override;

  void poll(std::vector<bus::Record>& records, std::size_t max_count, std::chrono::milliseconds wait) override;
  void acknowledge(const bus::Position&) override {}
  void commit(std::chrono::milliseconds) override {}

 private:
  static void on_error(rd_kafka_t* client, int error, const char* reason, void* self);

  bool start_partitions(std::chrono::milliseconds wait);
  std::int64_t find_beginning(std::int32_t partition) const;

  KafkaCluster& cluster_;
  const bus::Topic topic_;
  const std::string topic_name_;
  const base::Time made_;
  KafkaClient client_;
  KafkaTopic handle_;
  KafkaQueue queue_;
  int first_partitions_ = 0;              ///< how many the topic had when reading began; 0: not begun
  std::vector<std::int64_t> beginnings_;  ///< where reading begins, of as many partitions as were asked
  int started_ = 0;                       ///< partitions that are being read
  bool late_ = false;                     ///< the ends could not be asked for in time
  std::string last_problem_;
};

}  // namespace sasrec::stream
