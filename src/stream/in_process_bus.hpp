#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bus/bus.hpp"

namespace sasrec::stream {

class InProcessTopic;

/// The bus for roles that run in one process: Kafka's rules without a broker. What it holds ends with the process;
/// PostgreSQL has every accepted request. Must outlive its subscriptions.
///
/// Records of one key are read in order; a group's live subscriptions share the partitions and take over from those
/// that are closed. Requests, results and interactions stay until their group (workers, or writers) has acknowledged
/// them, whether or not there is a subscription. A subscription of kEverybody has its own bounded queue: one that
/// is too slow loses its oldest records, which are counted. Of sasrec.models a new subscription gets the latest record
/// of each key first, then what follows. Of sasrec.dead, which nobody has to read, the newest are kept.
///
/// `delivered` is called before publish returns, on the caller's thread, with no lock held: a record is in place at
/// once.
class InProcessBus final : public bus::Bus {
 public:
  struct Options {
    std::size_t partitions = 8;                          ///< of requests, results and interactions
    std::size_t capacity = 16'384;                       ///< unacknowledged records a topic holds
    std::size_t capacity_bytes = std::size_t{64} << 20;  ///< the same in bytes
    std::size_t subscription_capacity = 16'384;          ///< unread records of a subscription of kEverybody
    std::size_t dead = 1024;                             ///< records of sasrec.dead that are kept
    std::size_t max_value_bytes = std::size_t{4} << 20;  ///< bytes; as on Kafka
  };

  InProcessBus() : InProcessBus(Options{}) {}
  explicit InProcessBus(const Options& options);
  ~InProcessBus() override;

  base::Result<void> publish(bus::Message message, Delivered delivered) override;
  /// `group` must be the one that reads `topic`, or kEverybody.
  std::unique_ptr<bus::Subscription> subscribe(bus::Topic topic, bus::Group group) override;
  bool flush(std::chrono::milliseconds wait) override;
  base::Result<void> health() const override;
  std::size_t queued() const override;
  std::size_t lag(bus::Topic topic) const override { return held(topic); }
  /// `group` must be the one that reads `topic`.
  base::Result<bus::Progress> progress(bus::Topic topic, bus::Group group) const override;

  /// Records of `topic` that its group has not acknowledged, or that are kept.
  std::size_t held(bus::Topic topic) const;
  /// Records of `topic` that slow subscriptions lost; of sasrec.dead also those that gave way to newer ones.
  std::uint64_t dropped(bus::Topic topic) const;
  /// A copy of what is kept of sasrec.dead, oldest first.
  std::vector<bus::Record> copy_dead() const;

 private:
  InProcessTopic& topic(bus::Topic topic) const;

  const Options options_;
  std::array<std::unique_ptr<InProcessTopic>, bus::kTopics> topics_;
};

}  // namespace sasrec::stream
