#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Softmax over weights[0, count); zeros in [count, end). end: a multiple of kPanel.
template <class Vec>
void softmax_until(float* weights, std::size_t count, std::size_t end, float first_bias) {
  weights[0] += first_bias;
  for (std::size_t j = count; j < end; ++j) {
    weights[j] = -3.0e38F;  // becomes exactly 0
  }
  Vec highest = Vec::load(weights);
  for (std::size_t j = Vec::kWidth; j < end; j += Vec::kWidth) {
    highest = max(highest, Vec::load(weights + j));
  }
  const Vec top = Vec::set(highest.largest());
  Vec total = Vec::zero();
  for (std::size_t j = 0; j < end; j += Vec::kWidth) {
    const Vec weight = exponential(Vec::load(weights + j) - top);
    weight.store(weights + j);
    total = total + weight;
  }
  const Vec scale = Vec::set(1.0F / total.sum());
  for (std::size_t j = 0; j < end; j += Vec::kWidth) {
    (Vec::load(weights + j) * scale).store(weights + j);
  }
}

template <class Vec>
void softmax(float* weights, std::size_t count, float first_bias) {
  softmax_until<Vec>(weights, count, round_up(count), first_bias);
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
                   .out = t.weights,
                   .out_stride = weight_stride});
    for (std::size_t r = 0; r < rows; ++r) {
      softmax_until<Vec>(t.weights + r * weight_stride, row + r + 1, round_up(keys), t.first_bias);
    }
    multiply<Vec>({.a = t.weights,
                   .a_stride = weight_stride,
                   .b = {t.values, t.value_stride, kPanel},
                   .rows = rows,
                   .depth = keys,
                   .columns = columns,
                   .out = t.out + row * t.out_stride,
                   .out_stride = t.out_stride});
  }
}

}  // namespace
}  // namespace sasrec::kernels
