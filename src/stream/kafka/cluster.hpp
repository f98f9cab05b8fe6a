#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// What is known of the brokers: whether they answer, and how many partitions the topics have. A thread of its own asks
/// them, creates topics that are missing, and says when they go and come back. Thread-safe.
///
/// Nothing is published or read before the topics are known to be there: a message for one that isn't would be tried
/// until it fails, and a group's member would look again only after a while.
class KafkaCluster {
 public:
  /// Throws std::runtime_error if a setting is wrong. `options` must outlive this.
  explicit KafkaCluster(const KafkaOptions& options);
  ~KafkaCluster();
  KafkaCluster(const KafkaCluster&) = delete;
  KafkaCluster& operator=(const KafkaCluster&) = delete;

  /// Whether all topics were seen once. Stays true while the brokers are down.
  bool ready() const { return ready_; }
  /// Waits for ready(). False: it took longer than `wait`.
  bool wait_until_ready(std::chrono::milliseconds wait) const;
  /// The same without end. False: `stop` was asked for.
  bool wait_until_ready(const std::stop_token& stop) const;

  /// As of the last time a broker answered; 0 before ready().
  int partitions(bus::Topic topic) const { return partitions_[static_cast<std::size_t>(topic)]; }

  base::Result<void> health() const;

  /// Something looks wrong, e.g. a lost connection: the brokers are asked now rather than at the next interval.
  void suspect();

  void notice(std::string_view text) const;

  /// By topic: records that this process's group members have not acknowledged yet. Each adds its own.
  std::array<std::atomic<std::int64_t>, bus::kTopics>& lags() { return lags_; }

 private:
  static void on_error(rd_kafka_t* client, int error, const char* reason, void* self);
  void run(const std::stop_token& stop);
  base::Result<void> probe();
  base::Result<std::vector<bus::Topic>> find_missing();
  std::vector<std::string> names(const std::vector<bus::Topic>& topics) const;
  void report(const base::Result<void>& answer);

  const KafkaOptions& options_;
  KafkaClient client_;
  KafkaQueue events_;
  std::array<KafkaTopic, bus::kTopics> topics_;
  std::string last_error_;  // the thread's

  std::array<std::atomic<int>, bus::kTopics> partitions_{};
  std::array<std::atomic<std::int64_t>, bus::kTopics> lags_{};
  std::atomic<bool> ready_ = false;
  std::atomic<bool> suspected_ = false;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  base::Result<void> health_;  // guarded by mutex_
  std::string told_;           // guarded by mutex_: the last reason of a notice, so that it is said once

  std::jthread thread_;  // last: ends first
};

}  // namespace sasrec::stream
