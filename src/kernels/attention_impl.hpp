#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Softmax of up to kAttentionRows rows: over the first `count` weights of the first row, one more in each that
/// follows; zeros from there to `end`, a multiple of kPanel. Step by step for all rows: one row's sums across lanes are
/// waited for while the next row's are on their way.
template <class Vec>
void softmax_rows(float* weights, std::size_t stride, std::size_t rows, std::size_t count, std::size_t end) {
  float highest[kAttentionRows];
  float scale[kAttentionRows];
  for (std::size_t r = 0; r < rows; ++r) {
    float* const row = weights + r * stride;
    for (std::size_t j = count + r; j < end; ++j) {
      row[j] = -3.0e38F;  // becomes exactly 0
    }
    Vec top = Vec::load(row);
    for (std::size_t j = Vec::kWidth; j < end; j += Vec::kWidth) {
      top = max(top, Vec::load(row + j));
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
    scale[r] = 1.0F / total.sum();
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const Vec factor = Vec::set(scale[r]);
    for (std::size_t j = 0; j < end; j += Vec::kWidth) {
      (Vec::load(weights + r * stride + j) * factor).store(weights + r * stride + j);
    }
  }
}

template <class Vec>
void softmax(float* weights, std::size_t count) {
  softmax_rows<Vec>(weights, 0, 1, count, round_up(count));
}

/// A few queries at a time against the keys up to the last of them: only the lower triangle is computed (in steps of a
/// panel), and the weights in between never leave the first-level cache.
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
    softmax_rows<Vec>(t.weights, weight_stride, rows, row + 1, round_up(keys));
    multiply<Vec>({.a = t.weights,
                   .a_stride = weight_stride,
                   .b = {t.values, t.value_stride, kPanel},
                   .rows = rows,
                   .depth = keys,
                   .columns = columns,
                   .residual = t.residual == nullptr ? nullptr : t.residual + row * t.residual_stride,
                   .residual_stride = t.residual_stride,
                   .out = t.out + row * t.out_stride,
                   .out_stride = t.out_stride});
  }
}

}  // namespace
}  // namespace sasrec::kernels
