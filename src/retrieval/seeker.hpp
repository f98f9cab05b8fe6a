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

/// The k best items of a table for a state: as ItemTable::top_k's arguments. All is kept by reference.
struct SearchRequest {
  std::span<const float> state;
  std::size_t k;
  const Exclusions* exclusions;
  std::vector<ScoredItem>* result;
};

/// What a search keeps for one request: its bounds on groups, the best items so far, and which are to be scored yet.
/// Each item whose codes cannot rule out that it is among the best is scored by its embedding: first those that are
/// likely to be, the others at the end, when what they have to reach is known.
class Seeker {
 public:
  /// Both are kept by reference. codes: made from `table`, usable.
  Seeker(const ItemTable& table, const CodeTable& codes);

  /// The highest of the k-th best scores that the seekers of one request have found so far.
  using Reached = std::atomic<float>;
  static constexpr float kBelowAll = -std::numeric_limits<float>::infinity();

  /// False if codes can't answer the request, which then is not begun.
  /// reached   if others seek for the same request elsewhere in the table, what all of them have reached; from then on
  ///           items below aren't in the result, which may have fewer than k
  bool begin(const SearchRequest& request, Reached* reached = nullptr);

  /// To be called, in parts, for all groups of which anything is asked.
  void bound_groups(std::size_t first, std::size_t count) {
    query_.bound_groups(*table_, first, std::span(bounds_).subspan(first, count));
  }
  /// Of groups `first` to `last` (not included) those that promise most: after them the threshold is near its last.
  std::span<const std::uint32_t> first_groups(std::size_t first, std::size_t last);
  /// Whether the group may hold one of the best.
  bool wants(std::size_t group) const { return bounds_[group] != kLeftOut && bounds_[group] >= threshold(); }
  void leave_out(std::size_t group) { bounds_[group] = kLeftOut; }

  const signed char* numbers() const { return query_.numbers(); }
  /// limits [kGroupBlocks]: of the group's items only those with sums above are to be taken.
  void limit_sums(std::size_t group, int* limits) const { query_.limit_sums(*table_, group, threshold(), limits); }
  /// sums [kGroup], found [kGroupBlocks]: what kernels::match_codes says of the group
  void take(std::size_t group, const int* sums, const unsigned short* found);

  /// Completes the result.
  void finish();

  /// Embeddings read for the request.
  std::size_t rows() const { return rows_; }

 private:
  static constexpr float kLeftOut = kBelowAll;

  /// What an item has to reach.
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
  Reached* reached_ = nullptr;  // null: nobody else seeks
  CodeQuery query_;
  std::optional<BestItems> best_;
  std::vector<float> bounds_;  // [groups] no item of the group has a higher score
  std::array<std::uint32_t, 8> first_groups_{};
  std::vector<unsigned> candidates_;  // items that are to be scored now
  std::vector<float> scores_;         // [candidates_.size()] at least
  struct Unlikely {
    std::uint32_t place;  // of CodeTable::items(), which is looked up at the end: most are not among the best
    float highest;        // no score of the item is above
  };
  std::vector<Unlikely> unlikely_;
  std::size_t rows_ = 0;
};

}  // namespace sasrec::retrieval
