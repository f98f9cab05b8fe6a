#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace sasrec::http {

/// A few threads for what would hold an I/O thread up, behind a bounded queue. Thread-safe.
class ComputePool {
 public:
  ComputePool(std::size_t threads, std::size_t max_waiting);
  /// Work that has not begun is dropped.
  ~ComputePool();
  ComputePool(const ComputePool&) = delete;
  ComputePool& operator=(const ComputePool&) = delete;

  /// False if too much waits already: `work` will not run. `work` doesn't throw.
  bool submit(std::function<void()> work);

  std::size_t waiting() const;

 private:
  void run(const std::stop_token& stop);

  std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  std::vector<std::jthread> threads_;        // the last member: they use the others
};

}  // namespace sasrec::http
