#include "retrieval/best_items.hpp"

#include <algorithm>
#include <cassert>

namespace sasrec::retrieval {

BestItems::BestItems(std::size_t k, std::vector<ScoredItem>& result) : k_(k), heap_(result) {
  assert(k >= 1);
  heap_.clear();
}

void BestItems::offer(ScoredItem candidate) {
  if (heap_.size() < k_) {
    heap_.push_back(candidate);
    // Before that the order does not matter: building the heap once is cheaper than k insertions.
    if (full()) {
      std::make_heap(heap_.begin(), heap_.end(), ranks_before);
    }
    return;
  }
  if (!ranks_before(candidate, heap_.front())) {
    return;
  }
  // One walk down from the front; pop_heap and push_heap would take two walks.
  std::size_t hole = 0;
  for (std::size_t child = 1; child < k_; child = 2 * hole + 1) {
    if (child + 1 < k_ && ranks_before(heap_[child], heap_[child + 1])) {
      ++child;
    }
    if (!ranks_before(candidate, heap_[child])) {
      break;
    }
    heap_[hole] = heap_[child];
    hole = child;
  }
  heap_[hole] = candidate;
}

void BestItems::finish() {
  std::sort(heap_.begin(), heap_.end(), ranks_before);
}

}  // namespace sasrec::retrieval
