#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "stream/offset_tracker.hpp"

namespace sasrec::stream {

/// One topic of the bus within a process: a log per partition, the members of the group that share it, and listeners
/// that get everything. Thread-safe: one lock, never held while records are copied out.
class InProcessTopic {
 public:
  /// How long records stay.
  enum class Retention : std::uint8_t {
    kUntilAcknowledged,  ///< by the one group that reads the topic
    kLatestPerKey,       ///< nobody acknowledges; each listener begins with the latest record of each key
    kNewest,             ///< nobody acknowledges; the newest `capacity` stay, to be looked at
  };

  struct Options {
    Retention retention = Retention::kUntilAcknowledged;
    std::size_t partitions = 1;
    std::size_t capacity = 0;        ///< records
    std::size_t capacity_bytes = 0;  ///< of keys, values and headers
    std::size_t listener_capacity = 0;
  };

  // shared: the log, the queue of each listener and whoever is just copying it hold the same message.
  using SharedMessage = std::shared_ptr<const bus::Message>;
  struct Item {
    SharedMessage message;
    bus::Position position;
  };

  /// A live reader's state; everything in it is guarded by the topic's lock.
  struct Member {
    std::condition_variable ready;
    std::vector<std::size_t> partitions;
    std::size_t turn = 0;  ///< which of them is read first, so that none starves
  };
  struct Listener {
    std::condition_variable ready;
    std::deque<Item> queue;
  };

  explicit InProcessTopic(const Options& options);
  ~InProcessTopic();

  /// kOverloaded: full, nothing was taken.
  base::Result<void> append(bus::Message message);

  void join(Member& member);
  void leave(Member& member);
  void join(Listener& listener);
  void leave(Listener& listener);

  /// As Subscription::poll, but appends items.
  void poll(Member& member, std::vector<Item>& items, std::size_t max_count, std::chrono::milliseconds wait);
  void poll(Listener& listener, std::vector<Item>& items, std::size_t max_count, std::chrono::milliseconds wait);

  void acknowledge(const bus::Position& position);

  bus::Progress progress() const;
  std::size_t held() const;
  std::uint64_t dropped() const;
  std::vector<Item> retained() const;

 private:
  struct Partition {
    std::deque<SharedMessage> log;
    std::int64_t first = 0;  // offset of the log's first record
    std::int64_t next = 0;   // offset to be handed out next
    Member* owner = nullptr;
    OffsetTracker tracker{0};
  };

  std::size_t choose_partition(const bus::Message& message);
  void retain(Partition& partition, const SharedMessage& message);
  void drop_first(Partition& partition);
  void rebalance();
  bool take(Member& member, std::vector<Item>& items, std::size_t max_count);

  const Options options_;
  mutable std::mutex mutex_;
  // guarded by mutex_
  std::vector<Partition> partitions_;
  std::vector<Member*> members_;  // in the order they joined
  std::vector<Listener*> listeners_;
  std::map<std::string, Item> latest_;  // kLatestPerKey
  std::size_t held_ = 0;
  std::size_t held_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t assignments_ = 0;
  std::size_t spread_ = 0;  // where the next record without a key goes
};

}  // namespace sasrec::stream
