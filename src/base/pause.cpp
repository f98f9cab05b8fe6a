#include "base/pause.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace sasrec::base {

bool pause(const std::stop_token& stop, std::chrono::milliseconds duration) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

std::chrono::milliseconds Backoff::next() {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto whole = next_;
  next_ = std::min(2 * next_, options_.max);
  return std::chrono::milliseconds(
      std::uniform_int_distribution<std::int64_t>((whole.count() + 1) / 2, whole.count())(random));
}

}  // namespace sasrec::base
