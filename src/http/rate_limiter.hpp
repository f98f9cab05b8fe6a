#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sasrec::http {

/// A token bucket for each caller: `rate` a second, `burst` at once. Thread-safe. Its memory is bounded: beyond
/// `max_callers` that are busy at a time, all new ones share one bucket.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RateLimiter(std::size_t max_callers = 16'384) : max_callers_(max_callers) {}

  /// Zero if the caller may go on, and then it counts; else how long until it may. `rate` > 0, `burst` >= 1.
  Clock::duration take(std::string_view caller, double rate, double burst, Clock::time_point now = Clock::now());

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  Clock::time_point& bucket(std::string_view caller, Clock::time_point now);

  std::size_t max_callers_;
  std::mutex mutex_;
  // The moment at which the caller's bucket is full again. Guarded by mutex_.
  std::unordered_map<std::string, Clock::time_point, Hash, std::equal_to<>> full_at_;
};

}  // namespace sasrec::http
