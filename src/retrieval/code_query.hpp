#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// A user state as the codes of a table are asked with it: in 8 bits, with bounds on what scores can be. An item's sum
/// is that of its codes times numbers().
class CodeQuery {
 public:
  /// Kept by reference.
  explicit CodeQuery(const CodeTable& codes);

  /// state   [hidden], kept by reference. False if no bound holds for it, then nothing else may be asked.
  bool set(std::span<const float> state);

  std::span<const float> state() const { return state_; }
  const signed char* numbers() const { return numbers_.data(); }  ///< as kernels::CodeMatch wants it

  /// bounds   of the groups from `first` on: no item of a group has a higher score
  void bound_groups(const ItemTable& table, std::size_t first, std::span<float> bounds) const;

  /// limits [kGroupBlocks]: only an item whose sum is above its block's limit can have a score of `threshold`.
  void limit_sums(const ItemTable& table, std::size_t group, float threshold, int* limits) const;

  /// The score that an item's codes stand for.
  float score(int sum, std::size_t block) const {
    return (static_cast<float>(sum) - center_) * (codes_->scales()[block] * scale_);
  }
  /// The same for all items of a block: sums, scores [kBlock]
  void scores(const int* sums, std::size_t block, float* scores) const {
    const float factor = codes_->scales()[block] * scale_;
    const float center = center_;
    for (std::size_t n = 0; n < CodeTable::kBlock; ++n) scores[n] = (static_cast<float>(sums[n]) - center) * factor;
  }
  /// The score of an item whose codes stand for `score` is not above this.
  float highest(float score, std::size_t block) const { return score + codes_->errors()[block] * length_ + slack_; }

 private:
  bool fits() const;

  const CodeTable* codes_;
  std::span<const float> state_;
  std::vector<signed char> numbers_;  // number of the state = scale_ * number + error
  float scale_ = 1;
  float step_ = 1;  // 1 / scale_
  float length_ = 0;
  float center_ = 0;  // what CodeTable::kCenter in each column would add to a sum
  float slack_ = 0;   // more than all rounding and the state's errors may add to a score
};

}  // namespace sasrec::retrieval
