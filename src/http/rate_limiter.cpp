#include "http/rate_limiter.hpp"

#include <algorithm>

namespace sasrec::http {

RateLimiter::Clock::time_point& RateLimiter::bucket(std::string_view caller, Clock::time_point now) {
  const auto found = full_at_.find(caller);
  if (found != full_at_.end()) return found->second;
  if (full_at_.size() >= max_callers_) {
    // A full bucket says nothing: a new one is full too.
    std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
  }
  // Too many active callers share one bucket: memory stays bounded, and a flood of addresses limits itself.
  if (full_at_.size() >= max_callers_) return full_at_[""];
  return full_at_[std::string(caller)];
}

RateLimiter::Clock::duration RateLimiter::take(std::string_view caller, double rate, double burst,
                                               Clock::time_point now) {
  const auto seconds = [](double value) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(value));
  };
  const auto one = seconds(1 / rate);
  const auto room = seconds(burst / rate);
  const std::scoped_lock lock(mutex_);
  auto& full_at = bucket(caller, now);
  // The bucket is kept as the moment when it is full again, so that nothing has to be refilled by a timer.
  const auto next = std::max(full_at, now) + one;
  if (next > now + room) return next - (now + room);
  full_at = next;
  return Clock::duration::zero();
}

}  // namespace sasrec::http
