#include "retrieval/search.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

#include "base/cores.hpp"
#include "base/parallel.hpp"
#include "retrieval/best_items.hpp"

namespace sasrec::retrieval {
namespace {

/// The number of parts of the table per thread. With more parts than threads, a thread that is held up leaves parts to
/// the others.
constexpr std::size_t kPartsForEach = 4;

}  // namespace

Search::Search(const ItemTable& table, const CodeTable& codes, Threads threads)
    : table_(&table), codes_(&codes), threads_(threads) {
  threads_.max = std::min(threads.max, codes.groups() / threads.groups_for_each);
  passes_.emplace_back(table, codes);
}

void Search::top_k(std::span<const SearchRequest> requests) {
  effort_ = {};
  for (std::size_t first = 0; first < requests.size(); first += kMaxAtOnce) {
    search(requests.subspan(first, std::min(kMaxAtOnce, requests.size() - first)));
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
  // A batch stays on this thread: its requests share each read of the codes, and other workers have batches of their
  // own. It claims a core all the same, so that single requests elsewhere take no more threads than there are cores
  // left.
  std::optional<base::CoreClaim> cores;
  if (threads_.max > 1) cores.emplace(requests.size() == 1 ? threads_.max : 1);
  if (cores && cores->count() > 1) return search_in_parts(requests[0], cores->count());
  passes_[0].run(seeking_, 0, codes_->groups());
  finish(passes_[0], seeking_);
  effort_.threads = std::max<std::size_t>(effort_.threads, 1);
}

/// Each thread takes one part after the other and keeps its own best items. The best of all threads' are the result.
void Search::search_in_parts(const SearchRequest& request, std::size_t threads) {
  while (seekers_.size() < threads) seekers_.emplace_back(*table_, *codes_);
  while (passes_.size() < threads) passes_.emplace_back(*table_, *codes_);
  bests_.resize(std::max(bests_.size(), threads));
  Seeker::Reached reached{Seeker::kBelowAll};
  for (std::size_t n = 0; n < threads; ++n) {
    seekers_[n].begin({request.state, request.k, request.exclusions, &bests_[n]}, &reached);
  }
  const std::size_t parts = threads * kPartsForEach;
  base::parallel_for(parts, threads, [&](std::size_t worker, std::size_t part) {
    Seeker* const seeker = &seekers_[worker];
    passes_[worker].run({&seeker, 1}, part * codes_->groups() / parts, (part + 1) * codes_->groups() / parts);
  });
  BestItems best(request.k, *request.result);
  for (std::size_t n = 0; n < threads; ++n) {
    Seeker* const seeker = &seekers_[n];
    finish(passes_[n], {&seeker, 1});
    for (const auto& one : bests_[n]) best.offer(one);
  }
  best.finish();
  effort_.threads = std::max(effort_.threads, threads);
}

void Search::finish(Pass& pass, std::span<Seeker* const> seekers) {
  effort_.groups += pass.take_groups();
  for (Seeker* const seeker : seekers) {
    seeker->finish();
    effort_.rows += seeker->rows();
  }
}

}  // namespace sasrec::retrieval
