#include "http/server/connection_count.hpp"

namespace sasrec::http {

void ConnectionCount::leave() {
  if (count_.fetch_sub(1) > 1) return;
  // With the mutex: whoever is about to wait has not looked yet, or waits already.
  const std::scoped_lock lock(mutex_);
  none_.notify_all();
}

bool ConnectionCount::await_none(std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, patience, [this] { return count_.load() == 0; });
}

}  // namespace sasrec::http
