#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Upper limits for logits: none for the first kAllowed, then values so low that the weights become exactly 0. Loading
/// at the right offset masks the logits of later keys without a branch.
struct Ceiling {
  static constexpr std::size_t kAllowed = kPanel * 2;
  float values[kPanel * 4] = {};

  constexpr Ceiling() {
    for (std::size_t n = 0; n < kPanel * 4; ++n) {
      values[n] = n < kAllowed ? __builtin_inff() : -3.0e38F;
    }
  }
};
constexpr Ceiling kCeiling;

/// Replaces the logits of up to kAttentionRows rows by e^(logit - the row's largest) and sets `factors` to the inverse
/// of each row's sum. Together they are the softmax over the first `count` logits of the first row, and over one more
/// in each following row. The weights from there to `end`, a multiple of kPanel, become 0. Each step is done for all
/// rows before the next one, so that the CPU overlaps the slow sums across lanes.
template <class Vec>
void exponentials(float* weights, std::size_t stride, std::size_t rows, std::size_t count, std::size_t end,
                  float* factors) {
  float highest[kAttentionRows];
  const std::size_t whole = count / Vec::kWidth * Vec::kWidth;
  for (std::size_t r = 0; r < rows; ++r) {
    float* const row = weights + r * stride;
    Vec top = Vec::set(-3.0e38F);
    for (std::size_t j = 0; j < whole; j += Vec::kWidth) {
      top = max(top, Vec::load(row + j));
    }
    for (std::size_t j = whole; j < end; j += Vec::kWidth) {
      const Vec allowed = min(Vec::load(row + j), Vec::load(kCeiling.values + Ceiling::kAllowed + j - (count + r)));
      allowed.store(row + j);
      top = max(top, allowed);
    }
    highest[r] = top.largest();
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const Vec top = Vec::set(highest[r]);
    Vec total = Vec::zero();
    for (std::size_t j = 0; j < end; j += Vec::kWidth) {
      const Vec weight = exponential(Vec::load(weights + r * stride + j) - top);
      weight.store(weights + r * stride + j);
      total = total + weight;
    }
    factors[r] = 1.0F / total.sum();
  }
}

template <class Vec>
void softmax(float* weights, std::size_t count) {
  float factor;
  exponentials<Vec>(weights, 0, 1, count, round_up(count), &factor);
  for (std::size_t j = 0; j < count; j += Vec::kWidth) {
    (Vec::load(weights + j) * Vec::set(factor)).store(weights + j);
  }
}

/// Takes kAttentionRows queries at a time against the keys up to the last of them. So only the lower triangle is
/// computed (in steps of a panel), and the weights stay in the first-level cache.
template <class Vec>
void attend(const Attention& t) {
  const std::size_t columns = round_up(t.head);
  const std::size_t weight_stride = round_up(t.rows);
  for (std::size_t row = 0; row < t.rows; row += kAttentionRows) {
    const std::size_t rows = row + kAttentionRows <= t.rows ? kAttentionRows : t.rows - row;
    const std::size_t keys = row + rows;
    multiply<Vec>({.a = t.queries + row * t.query_stride,
                   .a_stride = t.query_stride,
                   .b = {t.key_panels, kPanel, t.head * kPanel},
                   .rows = rows,
                   .depth = t.head,
                   .columns = round_up(keys),
                   .bias = t.key_bias,
                   .out = t.weights,
                   .out_stride = weight_stride});
    float factors[kAttentionRows];
    exponentials<Vec>(t.weights, weight_stride, rows, row + 1, round_up(keys), factors);
    multiply<Vec>({.a = t.weights,
                   .a_stride = weight_stride,
                   .b = {t.values, t.value_stride, kPanel},
                   .rows = rows,
                   .depth = keys,
                   .columns = columns,
                   .factors = factors,
                   .residual = t.residual == nullptr ? nullptr : t.residual + row * t.residual_stride,
                   .residual_stride = t.residual_stride,
                   .out = t.out + row * t.out_stride,
                   .out_stride = t.out_stride});
  }
}

}  // namespace
}  // namespace sasrec::kernels
