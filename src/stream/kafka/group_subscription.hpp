#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "stream/kafka/cluster.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"
#include "stream/offset_tracker.hpp"

namespace sasrec::stream {

/// A member of a consumer group. What is acknowledged without a gap is stored, and committed by librdkafka at every
/// commit_interval, when partitions are taken away, and at the end. A member that is destroyed leaves the group at
/// once; one that was killed does so after session_timeout, one that doesn't poll after poll_timeout.
class KafkaGroupSubscription final : public bus::Subscription {
 public:
  /// Throws std::runtime_error if a setting is wrong. `options` and `cluster` must outlive this.
  KafkaGroupSubscription(const KafkaOptions& options, KafkaCluster& cluster, bus::Topic topic, bus::Group group);
  /// Waits for the group's coordinator at most options.close_patience.
  ~KafkaGroupSubscription() override;

  void poll(std::vector<bus::Record>& records, std::size_t max_count, std::chrono::milliseconds wait) override;
  void acknowledge(const bus::Position& position) override;
  void commit(std::chrono::milliseconds wait) override;

 private:
  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t kind, rd_kafka_topic_partition_list_t* partitions,
                           void* self);
  static void on_error(rd_kafka_t* client, int error, const char* reason, void* self);

  bool begin(std::chrono::milliseconds wait);
  void assign(const rd_kafka_topic_partition_list_t* partitions);
  void revoke(const rd_kafka_topic_partition_list_t* partitions);
  void take(const rd_kafka_message_t& message, std::vector<bus::Record>& records);
  void store_acknowledged();
  void commit_now(const rd_kafka_topic_partition_list_t* offsets, std::chrono::milliseconds wait);
  KafkaPartitions acknowledged(const rd_kafka_topic_partition_list_t* partitions);
  std::size_t regulate();
  void measure_lag();
  void leave();

  const KafkaOptions& options_;
  KafkaCluster& cluster_;
  const bus::Topic topic_;
  const std::string topic_name_;
  KafkaClient client_;
  KafkaQueue queue_;                                  // the consumer's, to wake poll
  bool subscribed_ = false;                           // the polling thread's
  bool paused_ = false;                               // the polling thread's
  std::string last_problem_;                          // the polling thread's
  std::int64_t told_lag_ = 0;                         // what of cluster_.lags() is ours
  std::chrono::steady_clock::time_point next_lag_{};  // the polling thread's

  std::mutex mutex_;
  // guarded by mutex_
  std::map<std::int32_t, OffsetTracker> trackers_;  // of the partitions assigned
  std::map<std::int32_t, std::int64_t> unstored_;   // offsets that acknowledgements have moved
  std::size_t held_ = 0;                            // over all trackers
  std::uint64_t assignments_ = 0;
  bool waiting_for_room_ = false;  // poll is paused until held_ has fallen
};

}  // namespace sasrec::stream
