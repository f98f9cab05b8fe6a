#include "serving/read_mark.hpp"

#include <cstddef>
#include <utility>

namespace sasrec::serving {
namespace {

bool has_reached(const std::vector<std::int64_t>& acknowledged, const std::vector<std::int64_t>& ends) {
  for (std::size_t partition = 0; partition < ends.size(); ++partition) {
    // A partition that is gone from the answer counts as unread.
    if (partition >= acknowledged.size() || acknowledged[partition] < ends[partition]) return false;
  }
  return true;
}

}  // namespace

base::Result<base::Time> ReadMark::advance(base::Time now) {
  auto progress = bus_.progress(topic_, group_);
  if (!progress) return base::Failure(progress.error());
  if (has_reached(progress->acknowledged, progress->ends)) {
    awaited_.reset();
    mark_ = now;
    return mark_;
  }
  // Under a steady load the group is always a little behind the end, so an older end is what it is measured by.
  if (awaited_ && has_reached(progress->acknowledged, awaited_->ends)) {
    mark_ = awaited_->at;
    awaited_.reset();
  }
  if (!awaited_) awaited_.emplace(now, std::move(progress->ends));
  return mark_;
}

}  // namespace sasrec::serving
