#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/pause.hpp"
#include "base/result.hpp"
#include "store/connection.hpp"
#include "store/queued_call.hpp"

namespace sasrec::store {

/// A thread with one connection that does asynchronous calls: all waiting calls of one kind in one transaction. Every
/// call ends exactly once:
///  - kOverloaded on the caller's thread, at once, if `max_waiting` is reached, or if more than `quick` wait and the
///    oldest of them has for longer than `max_wait`: the server answers and doesn't keep up;
///  - kInvalidInput and kInternal for the one call that is to blame: a group that fails for good is halved and tried
///    again until it is alone;
///  - what is transient is tried again, with a growing, jittered pause, until the call is `patience` old, then
///    kUnavailable. A server that hangs can make it a second later, one that doesn't accept connections the
///    connection's timeout later;
///  - at destruction what waits is done if the database answers, else kUnavailable.
/// While idle it asks the server once a second, so a server that comes back is found within a second.
/// Thread-safe.
class Lane {
 public:
  struct Options {
    std::string name;  ///< of its thread
    ConnectionOptions connection;
    std::chrono::milliseconds patience{5'000};
    std::size_t max_waiting = 8'192;             ///< by weight
    std::chrono::milliseconds max_wait{60'000};  ///< while the server answers
    std::size_t quick = 256;                     ///< by weight: this many may wait, however long
    std::size_t max_together = 1'000;            ///< weight of what is written in one transaction
    std::function<void(Operation)> on_retry;     ///< may be empty
    std::function<void(Operation, std::chrono::nanoseconds took)> on_done;  ///< a try; may be empty
    std::function<void(const base::Result<void>& health)> on_health;        ///< called when it changes; may be empty
  };

  explicit Lane(Options options);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void submit(std::unique_ptr<QueuedCall> call);

  std::size_t waiting() const;  ///< weight of the calls that are not taken up
  /// Whether the last thing that was done or tried with the database succeeded.
  base::Result<void> health() const;

 private:
  using Group = std::vector<std::unique_ptr<QueuedCall>>;

  bool enqueue(std::unique_ptr<QueuedCall>& call);
  bool has_room_for(std::size_t weight) const;
  void run(const std::stop_token& stop);
  void drain();
  base::Result<void> connect();
  void idle(const std::stop_token& stop);
  void pause(const std::stop_token& stop);
  void do_group(Group group, const std::stop_token& stop);
  base::Result<void> attempt(const Group& group);
  void halve(Group group);
  Group take_group();
  void put_back(Group group);
  void end_expired();
  void set_health(base::Result<void> health);

  const Options options_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::unique_ptr<QueuedCall>> queue_;  // guarded by mutex_; by rising give_up
  std::size_t waiting_ = 0;                        // guarded by mutex_
  base::Result<void> health_;                      // guarded by mutex_

  // The lane's thread only.
  std::optional<Connection> connection_;
  base::Backoff backoff_;
  std::string last_failure_;  // since the last success

  std::jthread thread_;
};

}  // namespace sasrec::store
