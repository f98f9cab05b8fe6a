#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <thread>

#include "base/result.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/cluster.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// Publishes with acks=all and idempotence, so that what is retried keeps its order and is not written twice. A thread
/// of its own calls `delivered`. If librdkafka's producer breaks for good (a fatal error of its idempotence), what was
/// in flight fails and a new one takes its place. Thread-safe. Its end fails what was not delivered, without waiting.
class KafkaProducer {
 public:
  /// Throws std::runtime_error if a setting is wrong. Both arguments must outlive this.
  KafkaProducer(const KafkaOptions& options, KafkaCluster& cluster);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  base::Result<void> publish(const bus::Message& message, bus::Bus::Delivered delivered);
  bool flush(std::chrono::milliseconds wait);
  std::size_t queued() const { return queued_; }

 private:
  /// librdkafka's producer and its topics.
  struct Client {
    KafkaClient handle;
    std::array<KafkaTopic, bus::kTopics> topics;  // freed before the handle
  };

  static void on_delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static void on_error(rd_kafka_t* client, int error, const char* reason, void* self);

  Client make_client();
  void run(const std::stop_token& stop);
  void replace();
  void finish_one();
  static void fail_all(Client& client);

  const KafkaOptions& options_;
  KafkaCluster& cluster_;

  std::atomic<std::size_t> queued_ = 0;
  std::atomic<bool> broken_ = false;
  std::mutex mutex_;  // of drained_
  std::condition_variable drained_;

  std::shared_mutex client_mutex_;  // held by publishers while they use client_, alone by who replaces it
  Client client_;
  std::jthread thread_;  // last: ends first
};

}  // namespace sasrec::stream
