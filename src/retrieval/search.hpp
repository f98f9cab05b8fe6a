#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/best_items.hpp"
#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// The k best items of a table by its codes: the very answer of ItemTable::top_k, from reading an eighth of what that
/// reads. Each item whose codes cannot rule out that it is among the best is scored by its embedding: first those that
/// are likely to be, the others at the end, when what they have to reach is known. Groups that promise most come first,
/// those that can't hold one of the best are left out. One per thread (it owns the scratch memory).
class Search {
 public:
  /// Both are kept by reference. codes: made from `table`.
  Search(const ItemTable& table, const CodeTable& codes);

  /// As ItemTable::top_k, bit by bit.
  void top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
             std::vector<ScoredItem>& result);

  /// What the last top_k read: for benchmarks and tests.
  struct Effort {
    std::size_t groups = 0;  ///< of codes
    std::size_t rows = 0;    ///< embeddings
  };
  const Effort& effort() const { return effort_; }

 private:
  bool prepare(std::span<const float> state);
  void bound_groups();
  void visit(std::size_t group, BestItems& best, const Exclusions& exclusions);
  void add_candidate(base::ItemIndex item, const Exclusions& exclusions);
  void score_unlikely(BestItems& best, const Exclusions& exclusions);
  void score_candidates(BestItems& best);

  const ItemTable* table_;
  const CodeTable* codes_;
  std::span<const float> state_;
  std::vector<signed char> query_;  // the state in 8 bits: number = scale * code + error
  float scale_ = 1;
  float length_ = 0;
  float center_ = 0;                       // what CodeTable::kCenter in each column would add to the sum of an item
  float slack_ = 0;                        // more than all rounding and the state's errors may add to a score
  std::vector<float> bounds_;              // [groups] no item of the group has a higher score
  std::vector<std::uint32_t> by_promise_;  // [groups]
  std::vector<unsigned> candidates_;       // items that are to be scored now
  std::vector<float> scores_;              // [candidates_.size()] at least
  struct Unlikely {
    base::ItemIndex item;
    float highest;  // no score of it is above
  };
  std::vector<Unlikely> unlikely_;
  Effort effort_;
};

}  // namespace sasrec::retrieval
