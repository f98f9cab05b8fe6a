#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "bus/records.hpp"
#include "retraining/training_store.hpp"

namespace sasrec::serving {

/// The recent events of the service in order: results, changes of the model, progress of trainings. It keeps the newest
/// events within both limits, so a watcher that was disconnected for a while resumes where it was. A watcher that is
/// too slow misses some and learns how many. Publishing costs the same with and without watchers. Thread-safe.
class EventRing {
 public:
  struct Options {
    std::size_t events = 8'192;
    std::size_t bytes = 16U << 20U;  ///< about
    base::Clock clock = base::now;
  };
  using Result = std::shared_ptr<const bus::ResultRecord>;  ///< shared with the hub
  /// This process serves `version` from now on.
  struct ServedVersion {
    std::string version;
  };
  struct Event {
    std::uint64_t sequence = 0;  ///< 1, 2, ...: none is left out
    base::Time at;
    std::variant<Result, ServedVersion, retraining::TrainingRun> what;
  };

  EventRing() : EventRing(Options{}) {}
  explicit EventRing(Options options);

  void publish(Result result);
  void publish(ServedVersion served);
  /// A training run is new or has progressed.
  void publish(retraining::TrainingRun run);

  /// Tells this ring from those of earlier processes: 16 hexadecimal digits.
  const std::string& instance() const { return instance_; }
  std::uint64_t newest() const;

  struct Batch {
    std::vector<std::shared_ptr<const Event>> events;  ///< shared: a watcher may be slower than the ring forgets
    std::uint64_t skipped = 0;                         ///< between `sequence` and the first of them; forgotten
  };
  /// The events after `sequence`, oldest first, at most `max_count`.
  Batch after(std::uint64_t sequence, std::size_t max_count) const;

  /// Calls `wake` once when there is an event after `sequence`: at once, if there is one. With the ring's lock: it must
  /// not block, nor call the ring. Returns a ticket for forget(), after which it isn't called any more.
  std::uint64_t wait(std::uint64_t sequence, std::function<void()> wake) const;
  void forget(std::uint64_t ticket) const;

 private:
  void add(Event event, std::size_t bytes);

  struct Entry {
    std::shared_ptr<const Event> event;
    std::size_t bytes;
  };
  const Options options_;
  const std::string instance_;
  mutable std::mutex mutex_;   // guards all below
  std::deque<Entry> entries_;  // oldest first, without gaps
  std::uint64_t newest_ = 0;   // sequence of the last one there was
  std::size_t bytes_ = 0;
  mutable std::map<std::uint64_t, std::function<void()>> waiting_;
  mutable std::uint64_t next_ticket_ = 1;
};

}  // namespace sasrec::serving
