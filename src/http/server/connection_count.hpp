#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace sasrec::http {

/// Counts the open connections. Thread-safe.
class ConnectionCount {
 public:
  /// One open connection: counted until the entry is destroyed.
  class Entry {
   public:
    Entry(Entry&&) noexcept = default;
    Entry& operator=(Entry&&) = delete;
    ~Entry();

    /// How many connections were open before this one.
    std::size_t before() const { return before_; }

   private:
    friend class ConnectionCount;
    explicit Entry(std::shared_ptr<ConnectionCount> count);

    std::shared_ptr<ConnectionCount> count_;  // shared: connections may end after the server; null once moved from
    std::size_t before_;
  };

  static Entry enter(std::shared_ptr<ConnectionCount> count) { return Entry(std::move(count)); }
  std::size_t get() const { return count_.load(); }

  /// Waits until no connection is open. False: some still are after `patience`.
  bool await_none(std::chrono::milliseconds patience) const;

 private:
  void leave();

  std::atomic<std::size_t> count_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable none_;
};

}  // namespace sasrec::http
