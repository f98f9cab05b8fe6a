#include "stream/offset_tracker.hpp"

#include <algorithm>
#include <cassert>

namespace sasrec::stream {

void OffsetTracker::taken(std::int64_t offset) {
  assert(records_.empty() || offset > records_.back().offset);
  records_.push_back({.offset = offset, .acknowledged = false});
}

bool OffsetTracker::acknowledge(const pipeline::Position& position) {
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
