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

/// The rank of a target that isn't found at any cutoff.
inline constexpr std::size_t kMiss = std::numeric_limits<std::size_t>::max();

/// Length of the lists that coverage and mean popularity are taken from.
inline constexpr std::size_t kListLength = 10;

/// The target's rank among all items by their scores (column i belongs to ItemIndex i); `excluded` items don't compete.
/// The target must not be among them.
std::size_t rank_in_catalogue(std::span<const float> scores, base::ItemIndex target,
                              std::span<const base::ItemIndex> excluded);

/// The target's rank among the negatives.
std::size_t rank_among(std::span<const float> scores, base::ItemIndex target,
                       std::span<const base::ItemIndex> negatives);

/// Up to kListLength items with the highest scores.
class TopList {
 public:
  /// Refills the list: score falling, equal scores by rising ItemIndex.
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

  /// Valid until the next call. Depends on the seed, the case and its history only.
  std::span<const base::ItemIndex> draw(dataset::Case where, base::ItemIndex target, const SeenItems& seen);

 private:
  std::size_t items_;
  std::size_t negatives_;
  std::uint64_t seed_;
  std::vector<base::ItemIndex> pool_;
};

}  // namespace sasrec::evaluation
