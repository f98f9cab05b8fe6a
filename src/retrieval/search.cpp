#include "retrieval/search.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace sasrec::retrieval {
namespace {

constexpr std::size_t kGroupBlocks = CodeTable::kGroupBlocks;

/// The groups of the highest bounds, which are visited before all others: after them the threshold is near its last.
constexpr std::size_t kFirstGroups = 8;
constexpr float kVisited = -std::numeric_limits<float>::infinity();

/// Items that wait for their embeddings to come from memory before they are scored.
constexpr std::size_t kEnough = 16;

/// Unlikely items that are kept in mind at most. So many come only where few items are allowed and the best of them are
/// not among the best of all.
constexpr std::size_t kMostUnlikely = 1 << 14;

/// States within these bounds are searched by codes; for others no bound would hold.
constexpr float kLargestNumber = 1e12F;
constexpr float kSmallestState = 1e-12F;

/// A score by codes that at least k items of a group reach, and not many more: in each of k parts of the group there is
/// one that does. Below all scores if k is too large.
float reached_by(std::size_t k, const std::array<int, CodeTable::kGroup>& sums,
                 const std::array<float, kGroupBlocks>& factors, float center) {
  constexpr float kBelowAll = -std::numeric_limits<float>::infinity();
  if (k > sums.size()) return kBelowAll;
  std::array<float, CodeTable::kGroup> scores;
  for (std::size_t n = 0; n < scores.size(); ++n) {
    scores[n] = (static_cast<float>(sums[n]) - center) * factors[n / CodeTable::kBlock];
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

}  // namespace

Search::Search(const ItemTable& table, const CodeTable& codes)
    : table_(&table),
      codes_(&codes),
      query_(codes.lines() * kernels::kCodeColumns),
      bounds_(codes.groups()),
      by_promise_(codes.groups()) {}

bool Search::prepare(std::span<const float> state) {
  state_ = state;
  float largest = 0;
  for (const float number : state) {
    if (!(std::abs(number) < kLargestNumber)) return false;  // NaN too
    largest = std::max(largest, std::abs(number));
  }
  if (largest < kSmallestState) return false;
  scale_ = largest / 127;
  double squares = 0;
  double errors = 0;
  int sum = 0;
  for (std::size_t n = 0; n < state.size(); ++n) {
    const float code = std::clamp(std::nearbyint(state[n] / scale_), -127.0F, 127.0F);
    const double error = double{state[n]} - double{scale_} * double{code};
    query_[n] = static_cast<signed char>(code);
    sum += query_[n];
    squares += double{state[n]} * double{state[n]};
    errors += error * error;
  }
  length_ = static_cast<float>(std::sqrt(squares));
  center_ = CodeTable::kCenter * static_cast<float>(sum);
  // Rounding: a sum of n products is wrong by at most n * 2^-24 of the lengths' product. The score is such a sum, and
  // the weighed sum of codes, whose parts are larger by up to four times; 2^-20 is above them together.
  slack_ = static_cast<float>(state.size() + 64) * 0x1p-20F * codes_->longest() * length_ +
           codes_->longest_of_codes() * static_cast<float>(std::sqrt(errors));
  return true;
}

void Search::bound_groups() {
  table_->kernels().score_rows(codes_->centers().data(), codes_->center_stride(), bounds_.size(), state_.size(),
                               state_.data(), bounds_.data());
  const auto radii = codes_->radii();
  for (std::size_t group = 0; group < bounds_.size(); ++group) bounds_[group] += radii[group] * length_ + slack_;
}

void Search::visit(std::size_t group, BestItems& best, const Exclusions& exclusions) {
  const std::size_t first = group * kGroupBlocks;
  const float* __restrict const scales = &codes_->scales()[first];
  const float* __restrict const errors = &codes_->errors()[first];
  const float threshold = best.full() ? best.threshold() : -std::numeric_limits<float>::infinity();
  // Copies, so that the compiler knows that the arrays below don't change them.
  const float scale = scale_;
  const float length = length_;
  const float center = center_;
  const float slack = slack_;
  std::array<float, kGroupBlocks> factors;
  std::array<float, kGroupBlocks> limits;
  for (std::size_t b = 0; b < kGroupBlocks; ++b) {
    factors[b] = scales[b] * scale;
    limits[b] = threshold - slack - errors[b] * length + factors[b] * center;
  }
  ++effort_.groups;
  std::array<int, CodeTable::kGroup> sums;
  std::array<std::uint64_t, CodeTable::kGroup / 64> found;  // a bit for each item
  table_->kernels().match_codes({.codes = codes_->codes() + first * codes_->lines() * kernels::kCodeLine,
                                 .blocks = kGroupBlocks,
                                 .lines = codes_->lines(),
                                 .query = query_.data()},
                                factors.data(), limits.data(), sums.data(), found.data());
  // Of a group that is to fill the best, only as many as they are to be are likely to stay.
  const float likely = best.full() ? threshold : reached_by(best.k(), sums, factors, center);
  for (std::size_t word = 0; word < found.size(); ++word) {
    for (std::uint64_t bits = found[word]; bits != 0; bits &= bits - 1) {
      const std::size_t n = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      const std::size_t b = n / CodeTable::kBlock;
      const base::ItemIndex item{codes_->items()[group * CodeTable::kGroup + n]};
      if (item == base::kPadding) continue;
      const float score = (static_cast<float>(sums[n]) - center) * factors[b];
      if (score >= likely) {
        add_candidate(item, exclusions);
      } else {
        unlikely_.push_back({item, score + errors[b] * length + slack});
      }
    }
  }
  if (candidates_.size() >= kEnough || !best.full()) score_candidates(best);
  if (unlikely_.size() >= kMostUnlikely) score_unlikely(best, exclusions);
}

void Search::add_candidate(base::ItemIndex item, const Exclusions& exclusions) {
  if (exclusions.contains(item)) return;
  candidates_.push_back(item.value);
  table_->prefetch(item);
}

void Search::score_candidates(BestItems& best) {
  scores_.resize(std::max(scores_.size(), candidates_.size()));
  table_->score(state_, candidates_, scores_);
  for (std::size_t n = 0; n < candidates_.size(); ++n) {
    if (!best.full() || scores_[n] >= best.threshold()) best.offer({base::ItemIndex{candidates_[n]}, scores_[n]});
  }
  effort_.rows += candidates_.size();
  candidates_.clear();
}

void Search::score_unlikely(BestItems& best, const Exclusions& exclusions) {
  for (const auto& [item, highest] : unlikely_) {
    if (best.full() && highest < best.threshold()) continue;
    add_candidate(item, exclusions);
    if (candidates_.size() >= kEnough) score_candidates(best);
  }
  unlikely_.clear();
  score_candidates(best);
}

void Search::top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
                   std::vector<ScoredItem>& result) {
  assert(state.size() == table_->hidden());
  effort_ = {};
  candidates_.clear();
  unlikely_.clear();
  if (k == 0 || !codes_->usable() || !prepare(state)) {
    table_->top_k(state, k, exclusions, result);
    effort_.rows = table_->items();
    return;
  }
  BestItems best(k, result);
  bound_groups();
  std::iota(by_promise_.begin(), by_promise_.end(), 0U);
  const auto first = by_promise_.begin() + static_cast<std::ptrdiff_t>(std::min(kFirstGroups, by_promise_.size()));
  std::ranges::partial_sort(by_promise_, first, [&](auto a, auto b) { return bounds_[a] > bounds_[b]; });
  for (auto group = by_promise_.begin(); group != first; ++group) {
    visit(*group, best, exclusions);
    bounds_[*group] = kVisited;
  }
  for (std::size_t group = 0; group < bounds_.size(); ++group) {
    if (bounds_[group] != kVisited && (!best.full() || bounds_[group] >= best.threshold())) {
      visit(group, best, exclusions);
    }
  }
  score_candidates(best);  // first, for the threshold
  score_unlikely(best, exclusions);
  best.finish();
}

}  // namespace sasrec::retrieval
