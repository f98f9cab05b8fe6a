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

/// A set of items to leave out of a search. clear() is O(1), so one set serves request after request. One per thread.
class Exclusions {
 public:
  explicit Exclusions(std::size_t items);
  void clear();
  void add(base::ItemIndex item);
  bool contains(base::ItemIndex item) const { return stamp_[item.value] == round_; }
  std::size_t size() const { return size_; }
  /// Prefetches the memory that contains(item) reads, without waiting for it.
  void prefetch(base::ItemIndex item) const { __builtin_prefetch(&stamp_[item.value]); }

 private:
  std::vector<std::uint32_t> stamp_;  // [items + 1]; excluded where equal to round_
  std::uint32_t round_ = 1;
  std::size_t size_ = 0;
};

/// The item embeddings of one model version, and an exact search over them. Immutable, so any thread may read it.
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

  /// Scores every item against one user state and puts the k best into `result`, exactly. Search finds the same items
  /// faster.
  ///
  /// state        [hidden], the encoder's output at the last position
  /// exclusions   made for this table's number of items
  /// result       cleared first; by falling score, equal scores by rising ItemIndex, so the answer is reproducible;
  ///              fewer than k items if fewer are left; allocates only to grow
  /// cost         one pass over the table: items * hidden multiply-adds
  void top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
             std::vector<ScoredItem>& result) const;

  /// The score of one item, bit for bit the value that top_k computes.
  float score(std::span<const float> state, base::ItemIndex item) const;

  /// The scores of some items, bit for bit the values that top_k computes: scores [>= items.size()].
  void score(std::span<const float> state, std::span<const unsigned> items, std::span<float> scores) const;

  /// Prefetches the item's row, without waiting for it.
  void prefetch(base::ItemIndex item) const {
    const float* const row = rows_.data() + item.value * stride_;
    for (std::size_t n = 0; n < stride_; n += kernels::kPanel) __builtin_prefetch(row + n);
  }

  /// The scores of all items, for evaluation, bit for bit the values that top_k computes: scores [items + 1], entry 0
  /// is minus infinity.
  void score_all(std::span<const float> state, std::span<float> scores) const;

 private:
  std::size_t items_;
  std::size_t hidden_;
  std::size_t stride_;
  const kernels::Kernels* kernels_;
  kernels::FloatBuffer rows_;  // [items + 1, stride_]
};

}  // namespace sasrec::retrieval
