#include "retrieval/seeker.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <ranges>

namespace sasrec::retrieval {
namespace {

/// Items are scored in lots of this size, so that their embeddings arrive from memory meanwhile.
constexpr std::size_t kEnough = 16;

/// The maximum number of unlikely items to remember. It is reached only if few items are allowed and the best of these
/// are not among the best of all.
constexpr std::size_t kMaxUnlikely = 1 << 14;

}  // namespace

Seeker::Seeker(const ItemTable& table, const CodeTable& codes)
    : table_(&table), codes_(&codes), query_(codes), bounds_(codes.groups()) {
  assert(codes.usable());
}

bool Seeker::begin(const SearchRequest& request, Reached* reached) {
  if (request.k == 0 || !query_.set(request.state)) return false;
  reached_ = reached;
  exclusions_ = request.exclusions;
  best_.emplace(request.k, *request.result);
  candidates_.clear();
  unlikely_.clear();
  rows_ = 0;
  return true;
}

std::span<const std::uint32_t> Seeker::first_groups(std::size_t first, std::size_t last) {
  const auto all = std::views::iota(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last));
  const auto sorted =
      std::ranges::partial_sort_copy(all, first_groups_, [&](auto a, auto b) { return bounds_[a] > bounds_[b]; });
  return {first_groups_.begin(), sorted.out};
}

/// A score by codes that at least k items of a group reach, and not many more. It divides the group into k parts: the
/// lowest of their highest scores is reached in each part. kBelowAll if k is too large for that.
float Seeker::reached_by(std::size_t k, std::size_t group, const int* sums) const {
  if (k > CodeTable::kGroup) return kBelowAll;
  std::array<float, CodeTable::kGroup> scores;
  for (std::size_t b = 0; b < CodeTable::kGroupBlocks; ++b) {
    const std::size_t first = b * CodeTable::kBlock;
    query_.scores(sums + first, group * CodeTable::kGroupBlocks + b, scores.data() + first);
  }
  float lowest = std::numeric_limits<float>::infinity();
  const std::size_t part = scores.size() / k;
  for (std::size_t first = 0; first + part <= k * part; first += part) {
    float highest = kBelowAll;
    for (std::size_t n = first; n < first + part; ++n) highest = std::max(highest, scores[n]);
    lowest = std::min(lowest, highest);
  }
  return lowest;
}

void Seeker::take(std::size_t group, const int* sums, const unsigned short* found) {
  // Before there are k items any score would do. Then only about k of the group's are scored at once, the rest later.
  const float known = threshold();
  const float likely = known != kBelowAll ? known : reached_by(best_->k(), group, sums);
  constexpr std::size_t kAtOnce = sizeof(std::uint64_t) / sizeof(*found);
  for (std::size_t first = 0; first < CodeTable::kGroupBlocks; first += kAtOnce) {
    std::uint64_t any;
    std::memcpy(&any, found + first, sizeof(any));
    if (any == 0) continue;
    for (std::size_t b = first; b < first + kAtOnce; ++b) {
      for (unsigned bits = found[b]; bits != 0; bits &= bits - 1) {
        const std::size_t n = b * CodeTable::kBlock + static_cast<std::size_t>(std::countr_zero(bits));
        take(group * CodeTable::kGroup + n, sums[n], likely);
      }
    }
  }
  if (candidates_.size() >= kEnough || !best_->full()) score_candidates();
  if (unlikely_.size() >= kMaxUnlikely) score_unlikely();
}

void Seeker::take(std::size_t place, int sum, float likely) {
  if (place >= table_->items()) return;
  const std::size_t block = place / CodeTable::kBlock;
  const float score = query_.score(sum, block);
  if (score >= likely) {
    add_candidate(place);
  } else {
    unlikely_.push_back({static_cast<std::uint32_t>(place), query_.highest(score, block)});
  }
}

void Seeker::add_candidate(std::size_t place) {
  const base::ItemIndex item{codes_->items()[place]};
  candidates_.push_back(item.value);
  exclusions_->prefetch(item);
  table_->prefetch(item);
}

void Seeker::score_candidates() {
  std::erase_if(candidates_, [&](unsigned item) { return exclusions_->contains(base::ItemIndex{item}); });
  scores_.resize(std::max(scores_.size(), candidates_.size()));
  table_->score(query_.state(), candidates_, scores_);
  for (std::size_t n = 0; n < candidates_.size(); ++n) {
    if (!best_->full() || scores_[n] >= best_->threshold()) best_->offer({base::ItemIndex{candidates_[n]}, scores_[n]});
  }
  rows_ += candidates_.size();
  candidates_.clear();
  if (reached_ && best_->full()) tell_others();
}

/// Raises the shared threshold to this seeker's own.
void Seeker::tell_others() {
  float before = reached_->load(std::memory_order_relaxed);
  while (before < best_->threshold() &&
         !reached_->compare_exchange_weak(before, best_->threshold(), std::memory_order_relaxed)) {
  }
}

void Seeker::score_unlikely() {
  std::erase_if(unlikely_, [&](const Unlikely& one) { return one.highest < threshold(); });
  for (const auto& one : unlikely_) __builtin_prefetch(&codes_->items()[one.place]);
  for (const auto& [place, highest] : unlikely_) {
    if (highest < threshold()) continue;
    add_candidate(place);
    if (candidates_.size() >= kEnough) score_candidates();
  }
  unlikely_.clear();
  score_candidates();
}

void Seeker::finish() {
  score_candidates();  // first: they raise the threshold, so that most unlikely items need no score
  score_unlikely();
  best_->finish();
}

}  // namespace sasrec::retrieval
