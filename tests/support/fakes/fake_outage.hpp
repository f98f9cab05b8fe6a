#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sasrec::test {

/// What every fake store can be told to do wrong. Thread-safe. One per store, reached by its outage().
class FakeOutage {
 public:
  /// Every call fails with `code` until recover(), or the next `count` ones.
  void fail(base::ErrorCode code = base::ErrorCode::kUnavailable);
  void fail_times(std::size_t count, base::ErrorCode code = base::ErrorCode::kUnavailable);
  void recover();

  /// Calls wait until release(): those that block block, the others keep their `done`.
  void hold();
  void release();

  /// Calls begun so far, the failed ones too. await_calls: false after ten seconds.
  std::size_t calls() const;
  bool await_calls(std::size_t count) const;

  // For the fakes: begins a call that blocks; the failure it has to return, if any.
  base::Result<void> enter();
  // For the fakes: runs `call` with that failure, now or on release().
  void submit(std::function<void(base::Result<void>)> call);

 private:
  base::Result<void> failure();  // with the mutex held

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<base::ErrorCode> code_;
  std::optional<std::size_t> times_;
  bool held_ = false;
  std::size_t calls_ = 0;
  std::vector<std::function<void(base::Result<void>)>> waiting_;
};

}  // namespace sasrec::test
