#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "evaluation/evaluate.hpp"
#include "evaluation/seen_items.hpp"

namespace sasrec::evaluation {

/// The rank of a target that is a miss at every cutoff.
inline constexpr std::size_t kMiss = std::numeric_limits<std::size_t>::max();

/// The length of the lists from which coverage and mean popularity are computed.
inline constexpr std::size_t kListLength = 10;

/// The 1-based rank of the target among all items except `excluded`. Ties count against the target, and so do scores
/// that are not a number; kMiss if the target's own score is not a number.
///
/// scores     [items + 1], entry i belongs to ItemIndex i; entry 0 is not read
/// excluded   distinct items, without the target
std::size_t rank_in_catalogue(std::span<const float> scores, base::ItemIndex target,
                              std::span<const base::ItemIndex> excluded);

/// The 1-based rank of the target among itself and the negatives, by the same rules.
std::size_t rank_among(std::span<const float> scores, base::ItemIndex target,
                       std::span<const base::ItemIndex> negatives);

/// The items with the highest scores, at most kListLength.
class TopList {
 public:
  /// Refills the list by falling score, equal scores by rising ItemIndex. Skips scores that are not a number.
  void select(std::span<const float> scores, const SeenItems& seen, Seen rule);
  std::span<const base::ItemIndex> items() const { return std::span(items_).first(size_); }

 private:
  std::array<base::ItemIndex, kListLength> items_;
  std::array<float, kListLength> scores_;
  std::size_t size_ = 0;
};

/// Draws negatives for one case at a time.
class NegativeSampler {
 public:
  NegativeSampler(std::size_t items, std::size_t negatives, std::uint64_t seed);

  /// The result is valid until the next call. It depends only on the seed, the case and its history.
  std::span<const base::ItemIndex> draw(dataset::Case where, base::ItemIndex target, const SeenItems& seen);

 private:
  std::size_t items_;
  std::size_t negatives_;
  std::uint64_t seed_;
  std::vector<base::ItemIndex> pool_;
};

}  // namespace sasrec::evaluation
