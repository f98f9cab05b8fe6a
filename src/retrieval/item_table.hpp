#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "kernels/aligned_buffer.hpp"
#include "kernels/kernels.hpp"
#include "retrieval/scored_item.hpp"

namespace sasrec::retrieval {

/// A set of items to leave out, with O(1) reset: reused from request to request. One per thread.
class Exclusions {
 public:
  explicit Exclusions(std::size_t items);
  void clear();
  void add(base::ItemIndex item);
  bool contains(base::ItemIndex item) const { return stamp_[item.value] == round_; }
  std::size_t size() const { return size_; }
  /// Asks for what contains() will look at to be brought from memory, and doesn't wait for it.
  void prefetch(base::ItemIndex item) const { __builtin_prefetch(&stamp_[item.value]); }

 private:
  std::vector<std::uint32_t> stamp_;  // [items + 1]; excluded where equal to round_
  std::uint32_t round_ = 1;
  std::size_t size_ = 0;
};

/// The item embeddings of one model version, and the exact search over them. Immutable; thread-safe to read.
class ItemTable {
 public:
  /// embeddings   row-major [items + 1, hidden], row 0 is padding; copied into rows of a 64-byte multiple
  ItemTable(std::span<const float> embeddings, std::size_t items, std::size_t hidden,
            const kernels::Kernels& kernels = kernels::best());

  std::size_t items() const { return items_; }
  std::size_t hidden() const { return hidden_; }
  std::span<const float> row(base::ItemIndex item) const;
  /// Floats from one row to the next.
  std::size_t stride() const { return stride_; }
  const kernels::Kernels& kernels() const { return *kernels_; }

  /// Scores every item against one user state (see Search for a quicker way to the same) and puts the k best into
  /// `result` (cleared first), exactly. state        [hidden] exclusions   made for this table's items result       by
  /// falling score; equal scores by rising ItemIndex, so the answer is reproducible; fewer than k where
  ///              fewer items are left. Allocates only where `result` has to grow.
  /// cost         one pass over the table: items * hidden multiply-adds
  void top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
             std::vector<ScoredItem>& result) const;

  /// The score of one item: the same value, bit by bit, as top_k's.
  float score(std::span<const float> state, base::ItemIndex item) const;

  /// The scores of some items, each the same value, bit by bit, as top_k's: scores [>= items.size()].
  void score(std::span<const float> state, std::span<const unsigned> items, std::span<float> scores) const;

  /// Asks for the row to be brought from memory, and doesn't wait for it.
  void prefetch(base::ItemIndex item) const {
    const float* const row = rows_.data() + item.value * stride_;
    for (std::size_t n = 0; n < stride_; n += kernels::kPanel) __builtin_prefetch(row + n);
  }

  /// All scores, for evaluation: scores [items + 1], entry 0 is minus infinity. The same values, bit by bit, as
  /// top_k's.
  void score_all(std::span<const float> state, std::span<float> scores) const;

 private:
  std::size_t items_;
  std::size_t hidden_;
  std::size_t stride_;
  const kernels::Kernels* kernels_;
  kernels::FloatBuffer rows_;  // [items + 1, stride_]
};

}  // namespace sasrec::retrieval
