#include "retrieval/pass.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace sasrec::retrieval {
namespace {

/// The centers of this many groups stay in the first-level cache while all seekers compute their bounds.
constexpr std::size_t kBoundedAtOnce = 64;

}  // namespace

Pass::Pass(const ItemTable& table, const CodeTable& codes)
    : table_(&table),
      codes_(&codes),
      unpacked_(codes.lines() * 2 * kernels::kCodeLine),
      limits_(kMaxAtOnce * CodeTable::kGroupBlocks),
      sums_(kMaxAtOnce * CodeTable::kGroup),
      found_(kMaxAtOnce * CodeTable::kGroupBlocks) {}

void Pass::run(std::span<Seeker* const> seekers, std::size_t first, std::size_t last) {
  assert(seekers.size() <= kMaxAtOnce);
  for (std::size_t group = first; group < last; group += kBoundedAtOnce) {
    const std::size_t count = std::min(kBoundedAtOnce, last - group);
    for (Seeker* const seeker : seekers) seeker->bound_groups(group, count);
  }
  // The most promising groups first: after them the threshold is nearly final, and most other groups can be skipped.
  for (Seeker* const seeker : seekers) {
    for (const std::size_t group : seeker->first_groups(first, last)) {
      visit(group, {&seeker, 1});
      seeker->leave_out(group);
    }
  }
  for (std::size_t group = first; !seekers.empty() && group < last; ++group) {
    visiting_.clear();
    std::ranges::copy_if(seekers, std::back_inserter(visiting_), [&](auto* seeker) { return seeker->wants(group); });
    if (!visiting_.empty()) visit(group, visiting_);
  }
}

void Pass::visit(std::size_t group, std::span<Seeker* const> seekers) {
  numbers_.clear();
  for (std::size_t n = 0; n < seekers.size(); ++n) {
    numbers_.push_back(seekers[n]->numbers());
    seekers[n]->limit_sums(group, &limits_[n * CodeTable::kGroupBlocks]);
  }
  table_->kernels().match_codes(
      {.codes = codes_->codes() + group * CodeTable::kGroupBlocks * codes_->lines() * kernels::kCodeLine,
       .blocks = CodeTable::kGroupBlocks,
       .lines = codes_->lines(),
       .queries = numbers_.data(),
       .count = numbers_.size(),
       .limits = limits_.data(),
       .unpacked = unpacked_.data(),
       .sums = sums_.data(),
       .found = found_.data()});
  for (std::size_t n = 0; n < seekers.size(); ++n) {
    seekers[n]->take(group, sums_.data() + n * CodeTable::kGroup, &found_[n * CodeTable::kGroupBlocks]);
  }
  groups_ += seekers.size();
}

}  // namespace sasrec::retrieval
