#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/pause.hpp"
#include "base/result.hpp"
#include "bus/bus.hpp"

namespace sasrec::bus {

/// What a role owes for records that it read: publishes each message until it is delivered, and then gives back the
/// position of the record, which may now be acknowledged. Used by one thread.
///
/// Guarantee: at least once, while it lives; what was not delivered then is not given back, so that the record comes
/// again. Memory: at most `max_open` messages.
class Outbox {
 public:
  struct Options {
    std::size_t max_open = 1024;  ///< messages that are not delivered yet before publish() waits
    base::Backoff::Options backoff;
    std::chrono::milliseconds patience{5'000};  ///< how long publish() and drain() still wait after a stop
  };

  Outbox(Bus& bus, Options options);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Returns once the bus has taken `message`; waits while its queue is full or `max_open` are open. kOverloaded: it
  /// was not taken within `patience` after `stop`. Other errors: it can't be published at all. In both cases `position`
  /// will not be given back.
  base::Result<void> publish(Message message, Position position, const std::stop_token& stop);

  /// The record as a dead letter, without its value where that is too large. Like publish(), but that it never fails
  /// otherwise than with kOverloaded: a record that can't be buried is logged and done with.
  base::Result<void> bury(const Record& record, std::string_view reason, const std::stop_token& stop);

  /// Nothing is owed for this record (any more): its position is given back.
  void settle(Position position) { delivered_.push_back(position); }

  /// Publishes again what failed and is due. Doesn't block. To be called regularly.
  void retry_due();

  /// The positions whose messages have been delivered, or were refused by the broker for good, since the last call.
  std::vector<Position> take_delivered();

  /// Waits until nothing is open, at most `patience` from the first stop seen or from now. False: something is.
  bool drain();

  std::size_t open() const { return open_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    Message message;
    Position position;
    base::Backoff backoff;
  };
  struct Ends;

  base::Result<void> send(std::uint64_t id, const Open& open);
  void collect();
  void give_up(std::uint64_t id, const base::Error& error);
  void begin_patience();
  bool past_patience() const;
  void await_end();

  Bus& bus_;
  Options options_;
  std::shared_ptr<Ends> ends_;  // shared with the deliveries under way, which may come after this object's end
  std::uint64_t next_id_ = 0;
  std::unordered_map<std::uint64_t, Open> open_;
  std::multimap<Clock::time_point, std::uint64_t> due_;  // of open_, those that failed
  std::vector<Position> delivered_;
  std::optional<Clock::time_point> give_up_;  // set at the first stop seen
};

}  // namespace sasrec::bus
