#include "retrieval/code_query.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace sasrec::retrieval {
namespace {

/// Only states within these bounds are searched by codes: for others the bounds on scores would not hold.
constexpr float kMaxNumber = 1e12F;
constexpr float kSmallestState = 1e-12F;

}  // namespace

CodeQuery::CodeQuery(const CodeTable& codes) : codes_(&codes), numbers_(codes.lines() * kernels::kCodeColumns) {}

bool CodeQuery::set(std::span<const float> state) {
  state_ = state;
  float largest = 0;
  for (const float number : state) {
    if (!(std::abs(number) < kMaxNumber)) return false;  // NaN too
    largest = std::max(largest, std::abs(number));
  }
  if (largest < kSmallestState) return false;
  const auto encode = [&] {
    for (std::size_t n = 0; n < state.size(); ++n) {
      numbers_[n] = static_cast<signed char>(std::clamp(std::nearbyint(state[n] / scale_), -127.0F, 127.0F));
    }
  };
  constexpr float kCoarser = 1.1F;
  scale_ = largest / 127;
  // The kernels add products in 16 bits. A state whose numbers are all large must be rounded more coarsely for that.
  for (encode(); !fits(); encode()) scale_ *= kCoarser;

  step_ = 1 / scale_;
  double squares = 0;
  double errors = 0;
  int sum = 0;
  for (std::size_t n = 0; n < state.size(); ++n) {
    const double error = double{state[n]} - double{scale_} * numbers_[n];
    sum += numbers_[n];
    squares += double{state[n]} * double{state[n]};
    errors += error * error;
  }
  length_ = static_cast<float>(std::sqrt(squares));
  center_ = CodeTable::kCenter * static_cast<float>(sum);
  // The rounding error of a sum of n products is at most n * 2^-24 times the product of the lengths. Two such sums are
  // compared, the score and the weighted sum of codes, whose parts are up to four times as large. 2^-20 covers both.
  slack_ = static_cast<float>(state.size() + 64) * 0x1p-20F * codes_->longest() * length_ +
           codes_->longest_of_codes() * static_cast<float>(std::sqrt(errors));
  return true;
}

bool CodeQuery::fits() const {
  std::array<int, 4> sums{};  // of the kernels' two halves of the columns, positive and negative numbers apart
  for (std::size_t n = 0; n < numbers_.size(); ++n) {
    sums[n % 4 / 2 + (numbers_[n] < 0 ? 2 : 0)] += std::abs(numbers_[n]);
  }
  return *std::ranges::max_element(sums) <= kernels::kMaxQuerySum;
}

void CodeQuery::bound_groups(const ItemTable& table, std::size_t first, std::span<float> bounds) const {
  table.kernels().score_rows(codes_->centers().data() + first * codes_->center_stride(), codes_->center_stride(),
                             bounds.size(), state_.size(), state_.data(), bounds.data());
  const auto radii = codes_->radii().subspan(first, bounds.size());
  for (std::size_t n = 0; n < bounds.size(); ++n) bounds[n] += radii[n] * length_ + slack_;
}

void CodeQuery::limit_sums(const ItemTable& table, std::size_t group, float threshold, int* limits) const {
  const std::size_t first = group * CodeTable::kGroupBlocks;
  // All values are in units of the sum of a block whose scale is 1. The kernel subtracts enough to cover its rounding.
  table.kernels().limit_codes({.errors = &codes_->errors()[first],
                               .steps = &codes_->steps()[first],
                               .blocks = CodeTable::kGroupBlocks,
                               .reached = (threshold - slack_) * step_,
                               .length = length_ * step_,
                               .center = center_,
                               .limits = limits});
}

}  // namespace sasrec::retrieval
