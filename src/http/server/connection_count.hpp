#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace sasrec::http {

/// How many connections are open. Thread-safe.
class ConnectionCount {
 public:
  /// Returns how many there were before.
  std::size_t enter() { return count_.fetch_add(1); }
  void leave();
  std::size_t get() const { return count_.load(); }

  /// Waits until there are none. False: there still are some after `patience`.
  bool await_none(std::chrono::milliseconds patience) const;

 private:
  std::atomic<std::size_t> count_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable none_;
};

}  // namespace sasrec::http
