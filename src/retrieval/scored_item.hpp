#pragma once

#include "base/ids.hpp"

namespace sasrec::retrieval {

struct ScoredItem {
  base::ItemIndex item;
  float score = 0;
  friend bool operator==(const ScoredItem&, const ScoredItem&) = default;
};

/// The order of every answer: falling score, equal scores by rising ItemIndex.
inline bool ranks_before(const ScoredItem& a, const ScoredItem& b) {
  return a.score > b.score || (a.score == b.score && a.item < b.item);
}

}  // namespace sasrec::retrieval
