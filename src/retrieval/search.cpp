#include "retrieval/search.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace sasrec::retrieval {
namespace {

/// Groups whose centers stay in the first-level cache while all requests look at them.
constexpr std::size_t kBoundedAtOnce = 64;

}  // namespace

Search::Search(const ItemTable& table, const CodeTable& codes)
    : table_(&table),
      codes_(&codes),
      unpacked_(codes.lines() * 2 * kernels::kCodeLine),
      limits_(kMostAtOnce * CodeTable::kGroupBlocks),
      sums_(kMostAtOnce * CodeTable::kGroup),
      found_(kMostAtOnce * CodeTable::kGroupBlocks) {}

void Search::top_k(std::span<const SearchRequest> requests) {
  effort_ = {};
  for (std::size_t first = 0; first < requests.size(); first += kMostAtOnce) {
    search(requests.subspan(first, std::min(kMostAtOnce, requests.size() - first)));
  }
}

void Search::search(std::span<const SearchRequest> requests) {
  while (codes_->usable() && seekers_.size() < requests.size()) seekers_.emplace_back(*table_, *codes_);
  seeking_.clear();
  for (std::size_t n = 0; n < requests.size(); ++n) {
    const auto& request = requests[n];
    assert(request.state.size() == table_->hidden());
    if (codes_->usable() && seekers_[n].begin(request)) {
      seeking_.push_back(&seekers_[n]);
    } else {
      table_->top_k(request.state, request.k, *request.exclusions, *request.result);
      effort_.rows += table_->items();
    }
  }
  for (std::size_t first = 0; first < codes_->groups(); first += kBoundedAtOnce) {
    const std::size_t count = std::min(kBoundedAtOnce, codes_->groups() - first);
    for (Seeker* const seeker : seeking_) seeker->bound_groups(first, count);
  }
  for (Seeker* const seeker : seeking_) {
    for (const std::size_t group : seeker->first_groups()) {
      visit(group, {&seeker, 1});
      seeker->leave_out(group);
    }
  }
  for (std::size_t group = 0; !seeking_.empty() && group < codes_->groups(); ++group) {
    visiting_.clear();
    std::ranges::copy_if(seeking_, std::back_inserter(visiting_), [&](auto* seeker) { return seeker->wants(group); });
    if (!visiting_.empty()) visit(group, visiting_);
  }
  for (Seeker* const seeker : seeking_) {
    seeker->finish();
    effort_.rows += seeker->rows();
  }
}

void Search::visit(std::size_t group, std::span<Seeker* const> seekers) {
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
  effort_.groups += seekers.size();
}

}  // namespace sasrec::retrieval
