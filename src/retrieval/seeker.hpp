#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "retrieval/best_items.hpp"
#include "retrieval/code_query.hpp"
#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// One search for the k best items: the arguments of ItemTable::top_k, all by reference.
struct SearchRequest {
  std::span<const float> state;
  std::size_t k;
  const Exclusions* exclusions;
  std::vector<ScoredItem>* result;
};

/// The state of a search for one request: bounds on the groups, the best items so far, and the items that still need a
/// score. An item whose codes cannot rule out that it is among the best is scored by its embedding: likely ones first,
/// the others at the end, when the score that they must reach is known. One per request and thread.
class Seeker {
 public:
  /// Both are kept by reference. `codes` must be made from `table` and be usable().
  Seeker(const ItemTable& table, const CodeTable& codes);

  /// The highest k-th best score that any seeker of one request has found so far.
  using Reached = std::atomic<float>;
  static constexpr float kBelowAll = -std::numeric_limits<float>::infinity();

  /// Begins a request. Returns false if the codes can't answer it.
  ///
  /// reached   shared by the seekers of one request that search different parts of the table; items below it may be left
  ///           out of the result, which may then have fewer than k
  bool begin(const SearchRequest& request, Reached* reached = nullptr);

  /// Computes the bounds of some groups. Call it for every group before any other method is called for that group.
  void bound_groups(std::size_t first, std::size_t count) {
    query_.bound_groups(*table_, first, std::span(bounds_).subspan(first, count));
  }
  /// The most promising of the groups `first` to `last` (not included). After them the threshold is nearly final.
  std::span<const std::uint32_t> first_groups(std::size_t first, std::size_t last);
  /// Whether the group may contain one of the best.
  bool wants(std::size_t group) const { return bounds_[group] != kLeftOut && bounds_[group] >= threshold(); }
  /// Makes wants() false for this group.
  void leave_out(std::size_t group) { bounds_[group] = kLeftOut; }

  const signed char* numbers() const { return query_.numbers(); }
  /// Computes limits for kernels::match_codes: only items with larger sums can be among the best.
  ///
  /// limits   [kGroupBlocks]
  void limit_sums(std::size_t group, int* limits) const { query_.limit_sums(*table_, group, threshold(), limits); }
  /// Takes the items that kernels::match_codes found in a group.
  ///
  /// sums    [kGroup]
  /// found   [kGroupBlocks], a bit for each item
  void take(std::size_t group, const int* sums, const unsigned short* found);

  /// Completes the result.
  void finish();

  /// The number of embeddings read for the request.
  std::size_t rows() const { return rows_; }

 private:
  static constexpr float kLeftOut = kBelowAll;

  /// The score that an item must reach.
  float threshold() const {
    const float own = best_->full() ? best_->threshold() : kBelowAll;
    return reached_ ? std::max(own, reached_->load(std::memory_order_relaxed)) : own;
  }
  float reached_by(std::size_t k, std::size_t group, const int* sums) const;
  void take(std::size_t place, int sum, float likely);
  void add_candidate(std::size_t place);
  void score_candidates();
  void tell_others();
  void score_unlikely();

  const ItemTable* table_;
  const CodeTable* codes_;
  const Exclusions* exclusions_ = nullptr;
  Reached* reached_ = nullptr;  // null: the only seeker of its request
  CodeQuery query_;
  std::optional<BestItems> best_;
  std::vector<float> bounds_;  // [groups], upper bounds on the scores of their items
  std::array<std::uint32_t, 8> first_groups_{};
  std::vector<unsigned> candidates_;  // items to score now
  std::vector<float> scores_;         // [candidates_.size()] at least
  struct Unlikely {
    std::uint32_t place;  // in CodeTable::items(); the item is looked up only if it is still wanted at the end
    float highest;        // an upper bound on the item's score
  };
  std::vector<Unlikely> unlikely_;
  std::size_t rows_ = 0;
};

}  // namespace sasrec::retrieval
