#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::evaluation {

/// The set of a user's items before a case. Moving to a later position of the same user reads only the items in
/// between. One per thread.
class SeenItems {
 public:
  /// Items are numbered 1 to `items`. `sequences` must outlive this object.
  SeenItems(const dataset::Sequences& sequences, std::size_t items);

  void move_to(dataset::Case where);

  bool contains(base::ItemIndex item) const { return marks_[item.value] != 0; }

  /// Each item once, in order of first appearance, without padding.
  std::span<const base::ItemIndex> distinct() const { return distinct_; }

 private:
  const dataset::Sequences& sequences_;
  std::vector<char> marks_;  // by ItemIndex
  std::vector<base::ItemIndex> distinct_;
  dataset::Case at_;
};

}  // namespace sasrec::evaluation
