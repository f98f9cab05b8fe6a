#include "retrieval/search.hpp"

#include <algorithm>
#include <cassert>

#include "base/cores.hpp"
#include "base/parallel.hpp"
#include "retrieval/best_items.hpp"

namespace sasrec::retrieval {

Search::Search(const ItemTable& table, const CodeTable& codes, Threads threads)
    : table_(&table), codes_(&codes), threads_(threads) {
  threads_.most = std::clamp<std::size_t>(codes.groups() / threads.groups_for_each, 1, threads.most);
  passes_.emplace_back(table, codes);
}

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
  if (seeking_.empty()) return;
  if (threads_.most > 1) {
    const base::CoreClaim cores(requests.size() == 1 ? threads_.most : 1);
    if (cores.count() > 1) return search_in_parts(requests[0], cores.count());
  }
  passes_[0].run(seeking_, 0, codes_->groups());
  count(passes_[0], seeking_);
  effort_.threads = std::max<std::size_t>(effort_.threads, 1);
}

/// Each part has its own best items, whose best are those of all.
void Search::search_in_parts(const SearchRequest& request, std::size_t parts) {
  while (seekers_.size() < parts) seekers_.emplace_back(*table_, *codes_);
  while (passes_.size() < parts) passes_.emplace_back(*table_, *codes_);
  best_of_parts_.resize(std::max(best_of_parts_.size(), parts));
  base::parallel_for(parts, parts, [&](std::size_t, std::size_t part) {
    Seeker* const seeker = &seekers_[part];
    seeker->begin({request.state, request.k, request.exclusions, &best_of_parts_[part]});
    passes_[part].run({&seeker, 1}, part * codes_->groups() / parts, (part + 1) * codes_->groups() / parts);
  });
  BestItems best(request.k, *request.result);
  for (std::size_t part = 0; part < parts; ++part) {
    for (const auto& one : best_of_parts_[part]) {
      if (!best.full() || one.score >= best.threshold()) best.offer(one);
    }
    Seeker* const seeker = &seekers_[part];
    count(passes_[part], {&seeker, 1});
  }
  best.finish();
  effort_.threads = std::max(effort_.threads, parts);
}

void Search::count(const Pass& pass, std::span<Seeker* const> seekers) {
  effort_.groups += pass.groups();
  for (const Seeker* const seeker : seekers) effort_.rows += seeker->rows();
}

}  // namespace sasrec::retrieval
