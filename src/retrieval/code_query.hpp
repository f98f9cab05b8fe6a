#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// A user state in 8 bits, to be multiplied by the codes of a table, and the bounds on scores that follow. The sum of
/// an item is the product of its codes and numbers(). One per request and thread.
class CodeQuery {
 public:
  /// `codes` is kept by reference.
  explicit CodeQuery(const CodeTable& codes);

  /// Returns false if no bound holds for this state; then no other method may be called.
  ///
  /// state   [hidden], kept by reference
  bool set(std::span<const float> state);

  std::span<const float> state() const { return state_; }
  const signed char* numbers() const { return numbers_.data(); }  ///< a query of kernels::CodeMatch

  /// Computes an upper bound on the scores of all items of a group, for bounds.size() groups from `first` on.
  void bound_groups(const ItemTable& table, std::size_t first, std::span<float> bounds) const;

  /// Computes the limits of a group's blocks: an item whose sum does not exceed its block's limit has a score below
  /// `threshold`.
  ///
  /// limits   [kGroupBlocks]
  void limit_sums(const ItemTable& table, std::size_t group, float threshold, int* limits) const;

  /// The approximate score that follows from an item's sum.
  float score(int sum, std::size_t block) const {
    return (static_cast<float>(sum) - center_) * (codes_->scales()[block] * scale_);
  }
  /// The same for all items of a block: sums and scores are [kBlock].
  void scores(const int* sums, std::size_t block, float* scores) const {
    const float factor = codes_->scales()[block] * scale_;
    const float center = center_;
    for (std::size_t n = 0; n < CodeTable::kBlock; ++n) scores[n] = (static_cast<float>(sums[n]) - center) * factor;
  }
  /// An upper bound on the exact score of an item with the approximate score `score`.
  float highest(float score, std::size_t block) const { return score + codes_->errors()[block] * length_ + slack_; }

 private:
  bool fits() const;

  const CodeTable* codes_;
  std::span<const float> state_;
  std::vector<signed char> numbers_;  // number of the state = scale_ * number + error
  float scale_ = 1;
  float step_ = 1;  // 1 / scale_
  float length_ = 0;
  float center_ = 0;  // the part of each sum that comes from CodeTable::kCenter
  float slack_ = 0;   // an upper bound on what rounding and the errors of the state's numbers add to a score
};

}  // namespace sasrec::retrieval
