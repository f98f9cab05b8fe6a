#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>

#include "bus/bus.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::stream {

/// The bus on Apache Kafka, through librdkafka. Must outlive its subscriptions.
///
/// It may be made before Kafka is there: health() says so, publish() answers kOverloaded, subscriptions give nothing,
/// and all begin by themselves once the topics are there; missing ones are created. Later outages are bridged: messages
/// wait up to delivery_timeout, readers go on where they were.
///
/// Records of one key keep their order, also over retries. Groups: see KafkaGroupSubscription. A member that doesn't
/// poll for poll_timeout loses its partitions, so whoever waits for a database polls less, not never. sasrec.models is
/// read from its beginning, and is compacted by Kafka from time to time: the last record of a key counts.
class KafkaBus final : public bus::Bus {
 public:
  /// Throws std::runtime_error, naming it, if a setting is wrong.
  explicit KafkaBus(KafkaOptions options);
  /// Messages that are not delivered fail. Takes at most some seconds, also with Kafka down.
  ~KafkaBus() override;

  /// Waits for Kafka and the topics. False: `stop` was asked for before.
  bool wait_until_ready(const std::stop_token& stop) const;

  base::Result<void> publish(bus::Message message, Delivered delivered) override;
  /// With kEverybody it returns when the end of the topic is known, or after subscribe_patience: then reading begins
  /// when Kafka is there, with records that were written from now on, and maybe some seconds earlier.
  std::unique_ptr<bus::Subscription> subscribe(bus::Topic topic, bus::Group group) override;
  bool flush(std::chrono::milliseconds wait) override;
  base::Result<void> health() const override;
  std::size_t queued() const override;
  std::size_t lag(bus::Topic topic) const override;
  base::Result<bus::Progress> progress(bus::Topic topic, bus::Group group) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sasrec::stream
