#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::bus {

enum class Topic : std::uint8_t { kRequests, kResults, kInteractions, kModels, kDead, kItems };
inline constexpr std::size_t kTopics = 6;
std::string_view name(Topic topic);  ///< "sasrec.requests", ...

struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

/// What is published. Messages of one key keep their order.
struct Message {
  Topic topic = Topic::kRequests;
  std::string key;  ///< the user id, where there is one; empty: spread over all partitions
  std::string value;
  std::vector<Header> headers;
  bool tombstone = false;  ///< has no value at all, which says that what the key names is no longer; `value` is empty
};

/// The value of a header, or an empty view.
std::string_view header(const Message& message, std::string_view name);

/// The position of a record on the bus; pass it back to acknowledge the record.
struct Position {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::uint64_t assignment = 0;  ///< which assignment of the partition it was read under: internal to the bus
};

struct Record {
  Message message;
  Position position;
};

/// The group of readers that shares the records of a topic.
enum class Group : std::uint8_t {
  kWorkers,    ///< reads kRequests
  kWriters,    ///< reads kResults, kInteractions and kItems
  kEverybody,  ///< no group: every subscription gets every record published from its beginning on
};
std::string_view name(Group group);  ///< "sasrec-workers", "sasrec-writers", ""

/// One reader of one topic. Used by one thread, but for acknowledge(), which any thread may call. Closing (destroying)
/// it hands its share to the others of the group at once.
class Subscription {
 public:
  Subscription() = default;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  virtual ~Subscription() = default;

  /// Appends up to `max_count` records to `records`; returns as soon as there is one, after `wait` with none. A bus
  /// that is down gives none: it comes back by itself.
  virtual void poll(std::vector<Record>& records, std::size_t max_count, std::chrono::milliseconds wait) = 0;

  /// The record's work is done and its effects are safe. A group begins again after the last record up to which all are
  /// acknowledged; later ones are delivered again. Of a partition that another has taken over it is ignored. In
  /// kEverybody: does nothing.
  virtual void acknowledge(const Position& position) = 0;

  /// Makes a group's acknowledged position safe now, waiting at most `wait`. It is done regularly by itself.
  virtual void commit(std::chrono::milliseconds wait) = 0;
};

/// How far a group has read a topic: an entry for each partition.
struct Progress {
  std::vector<std::int64_t> acknowledged;  ///< all records before this offset are acknowledged
  std::vector<std::int64_t> ends;          ///< the offset that the next record gets
};

/// The durable queue between the roles: Kafka, or its stand-in within one process. At least once. All methods are
/// thread-safe.
class Bus {
 public:
  /// Called exactly once for each accepted message, on a thread of the bus or, before publish returns, on its caller's:
  /// whoever publishes holds no lock that `delivered` takes. Must not block or throw. An error means that the message
  /// may or may not be there.
  using Delivered = std::function<void(base::Result<void>)>;

  Bus() = default;
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  virtual ~Bus() = default;

  /// Never blocks. kOverloaded: the local queue is full, or the bus was never reached yet; nothing was taken,
  /// `delivered` will not be called; try again a little later. Other errors: it can't be published at all (too large).
  virtual base::Result<void> publish(Message message, Delivered delivered) = 0;

  /// Groups begin at the earliest record that is not acknowledged yet (at the very first in a new group).
  virtual std::unique_ptr<Subscription> subscribe(Topic topic, Group group) = 0;

  /// Waits until all accepted messages are delivered or failed, at most `wait`. False: some are not.
  virtual bool flush(std::chrono::milliseconds wait) = 0;

  /// kUnavailable with the reason while the bus can't be reached; for readiness and metrics.
  virtual base::Result<void> health() const = 0;

  /// Messages accepted and not yet delivered.
  virtual std::size_t queued() const = 0;

  /// Records of `topic` that the group which reads it has not acknowledged yet; on Kafka: of the partitions that this
  /// process reads, as it last heard from the broker. For metrics.
  virtual std::size_t lag(Topic topic) const = 0;

  /// How far all members of `group` together have read `topic`. On Kafka it asks the brokers, which blocks, for some
  /// seconds if they don't answer: kUnavailable. An acknowledgement shows there with the next commit.
  virtual base::Result<Progress> progress(Topic topic, Group group) const = 0;
};

}  // namespace sasrec::bus
