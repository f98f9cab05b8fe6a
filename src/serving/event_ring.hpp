#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "bus/records.hpp"

namespace sasrec::serving {

/// What happened of late, in order, for whoever watches the service: results, changes of the model, trainings. The
/// newest events within both limits are kept, so that a watcher who was away for a while goes on where it was; one that
/// is too slow misses some and hears how many. Publishing costs the same with and without watchers. Thread-safe.
class EventRing {
 public:
  struct Options {
    std::size_t events = 8'192;
    std::size_t bytes = 16U << 20U;  ///< about
    base::Clock clock = base::now;
  };
  enum class Kind : std::uint8_t { kResult, kModel, kTraining };
  struct Event {
    std::uint64_t sequence = 0;  ///< 1, 2, ...: none is left out
    Kind kind = Kind::kResult;
    base::Time at;
    std::shared_ptr<const bus::ResultRecord> result;  ///< of kResult; shared with the hub
    std::string json;                                 ///< of the others: an object
  };

  EventRing() : EventRing(Options{}) {}
  explicit EventRing(Options options);

  void publish(std::shared_ptr<const bus::ResultRecord> result);
  /// This process serves `version` from now on.
  void publish_model(std::string_view version);
  /// A training has got on. `run`: JSON, the element of GET /v1/training-runs.
  void publish_training(std::string run);

  /// Tells this ring from those of earlier processes: 16 hexadecimal digits.
  const std::string& instance() const { return instance_; }
  std::uint64_t newest() const;

  struct Batch {
    std::vector<std::shared_ptr<const Event>> events;  ///< shared: a watcher may be slower than the ring forgets
    std::uint64_t skipped = 0;                         ///< between `sequence` and the first of them; forgotten
  };
  /// The events after `sequence`, oldest first, at most `most`.
  Batch after(std::uint64_t sequence, std::size_t most) const;

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
