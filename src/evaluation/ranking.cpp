#include "evaluation/ranking.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace sasrec::evaluation {
namespace {

/// Written this way round, and not as `score >= threshold`, so that a score that is not a number competes too.
std::size_t competes(float score, float threshold) {
  return score < threshold ? 0 : 1;
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): small, and the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t state) : state_(state) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

  /// In [0, bound). The bias of the multiplication is below bound / 2^32.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(((next() >> 32U) * bound) >> 32U); }

 private:
  std::uint64_t state_;
};

}  // namespace

std::size_t rank_in_catalogue(std::span<const float> scores, base::ItemIndex target,
                              std::span<const base::ItemIndex> excluded) {
  const float threshold = scores[target.value];
  if (std::isnan(threshold)) return kMiss;
  // Counts every item, the target too (the 1 of "1 + competitors"), and subtracts the excluded ones afterwards: a loop
  // without branches is faster than one that asks for each item whether it is excluded.
  std::size_t rank = 0;
  for (const float score : scores.subspan(1)) rank += competes(score, threshold);
  for (const auto item : excluded) rank -= competes(scores[item.value], threshold);
  return rank;
}

std::size_t rank_among(std::span<const float> scores, base::ItemIndex target,
                       std::span<const base::ItemIndex> negatives) {
  const float threshold = scores[target.value];
  if (std::isnan(threshold)) return kMiss;
  std::size_t rank = 1;
  for (const auto item : negatives) rank += competes(scores[item.value], threshold);
  return rank;
}

void TopList::select(std::span<const float> scores, const SeenItems& seen, Seen rule) {
  size_ = 0;
  for (std::uint32_t i = 1; i < scores.size(); ++i) {
    const float score = scores[i];
    // Items come by rising index, so one that only equals the last of a full list ranks behind it.
    if (size_ == kListLength && !(score > scores_[size_ - 1])) continue;
    if (std::isnan(score) || (rule == Seen::kExclude && seen.contains({i}))) continue;
    std::size_t at = size_ < kListLength ? size_++ : size_ - 1;
    for (; at > 0 && scores_[at - 1] < score; --at) {
      scores_[at] = scores_[at - 1];
      items_[at] = items_[at - 1];
    }
    scores_[at] = score;
    items_[at] = {i};
  }
}

NegativeSampler::NegativeSampler(std::size_t items, std::size_t negatives, std::uint64_t seed)
    : items_(items), negatives_(negatives), seed_(seed) {}

std::span<const base::ItemIndex> NegativeSampler::draw(dataset::Case where, base::ItemIndex target,
                                                       const SeenItems& seen) {
  pool_.clear();
  for (std::uint32_t i = 1; i <= items_; ++i) {
    const base::ItemIndex item{i};
    if (item != target && !seen.contains(item)) pool_.push_back(item);
  }
  const auto drawn = std::min(negatives_, pool_.size());
  Random random(Random(seed_).next() ^ ((std::uint64_t{where.user} << 32U) | where.position));
  for (std::size_t i = 0; i < drawn; ++i) std::swap(pool_[i], pool_[i + random.below(pool_.size() - i)]);
  return std::span(pool_).first(drawn);
}

}  // namespace sasrec::evaluation
