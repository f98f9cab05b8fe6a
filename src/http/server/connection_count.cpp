#include "http/server/connection_count.hpp"

#include <utility>

namespace sasrec::http {

ConnectionCount::Entry::Entry(std::shared_ptr<ConnectionCount> count)
    : count_(std::move(count)), before_(count_->count_.fetch_add(1)) {}

ConnectionCount::Entry::~Entry() {
  if (count_) count_->leave();
}

void ConnectionCount::leave() {
  if (count_.fetch_sub(1) > 1) return;
  // Under the mutex: a thread in await_none() either has not checked the count yet or waits already.
  const std::scoped_lock lock(mutex_);
  none_.notify_all();
}

bool ConnectionCount::await_none(std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, patience, [this] { return count_.load() == 0; });
}

}  // namespace sasrec::http
