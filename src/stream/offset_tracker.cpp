#include "stream/offset_tracker.hpp"

#include <algorithm>
#include <cassert>

namespace sasrec::stream {

OffsetTracker::Order OffsetTracker::order(std::int64_t offset) const {
  if (offset > last_) {
    return Order::kNext;
  }
  return !records_.empty() && offset >= records_.front().offset ? Order::kHeld : Order::kBack;
}

void OffsetTracker::take(std::int64_t offset) {
  assert(order(offset) == Order::kNext);
  records_.push_back({.offset = offset, .acknowledged = false});
  last_ = offset;
}

bool OffsetTracker::acknowledge(const bus::Position& position) {
  if (position.assignment != assignment_) {
    return false;
  }
  const auto found = std::ranges::lower_bound(records_, position.offset, {}, &Taken::offset);
  if (found == records_.end() || found->offset != position.offset || found->acknowledged) {
    return false;
  }
  found->acknowledged = true;
  while (!records_.empty() && records_.front().acknowledged) {
    committable_ = records_.front().offset + 1;
    records_.pop_front();
  }
  return true;
}

}  // namespace sasrec::stream
