#pragma once

#include <cstddef>
#include <vector>

#include "retrieval/scored_item.hpp"

namespace sasrec::retrieval {

/// Collects the k best of the items offered, apart from how they are found. Once k are there, an item gets in only with
/// a score of at least threshold(); offered by rising ItemIndex only with one above: the earlier of equal ones ranks
/// before it.
class BestItems {
 public:
  /// k at least 1. The items are kept in `result` (cleared first), unordered until finish().
  BestItems(std::size_t k, std::vector<ScoredItem>& result);

  std::size_t k() const { return k_; }
  bool full() const { return heap_.size() == k_; }
  /// The k-th best score so far. Only when full.
  float threshold() const { return heap_.front().score; }
  /// When full: takes the item in the place of the k-th if it ranks before it.
  void offer(ScoredItem candidate);
  /// Orders the result.
  void finish();

 private:
  std::size_t k_;
  std::vector<ScoredItem>& heap_;  // from k items on a heap with the one that ranks last at the front
};

}  // namespace sasrec::retrieval
