#pragma once

#include <cstddef>
#include <vector>

#include "retrieval/scored_item.hpp"

namespace sasrec::retrieval {

/// Collects the k best of the items offered, independently of how they are found. Once it is full, it takes an item
/// only if its score is at least threshold(). If items are offered by rising ItemIndex, the score must be above
/// threshold(): of equal scores the smaller ItemIndex ranks first.
class BestItems {
 public:
  /// `k` is at least 1. The items are kept in `result`, which is cleared first and unordered until finish().
  BestItems(std::size_t k, std::vector<ScoredItem>& result);

  std::size_t k() const { return k_; }
  bool full() const { return heap_.size() == k_; }
  /// The k-th best score so far. Requires full().
  float threshold() const { return heap_.front().score; }
  /// Adds the item. When full, it replaces the k-th best if it ranks before it, and is ignored otherwise.
  void offer(ScoredItem candidate);
  /// Orders the result.
  void finish();

 private:
  std::size_t k_;
  std::vector<ScoredItem>& heap_;  // when full, a heap with the item that ranks last at the front
};

}  // namespace sasrec::retrieval
