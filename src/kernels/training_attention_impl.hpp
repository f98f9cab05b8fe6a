#pragma once

#include "kernels/attention_impl.hpp"
#include "kernels/training_rows_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Does what attend() does, but stores the weights for the backward pass.
template <class Vec>
void attend_trained(const TrainedHead& t) {
  float* const key_panels = t.scratch;
  float* const kept = key_panels + round_up(t.rows) * t.head;  // [kAttentionRows, columns]
  to_panels<Vec>(t.keys, t.stride, t.rows, t.head, key_panels);
  std::size_t before = 0;  // weights of the rows before
  for (std::size_t row = 0; row < t.rows; row += kAttentionRows) {
    const std::size_t rows = row + kAttentionRows <= t.rows ? kAttentionRows : t.rows - row;
    const std::size_t columns = round_up(row + rows);
    float* const weights = t.weights + before;
    multiply<Vec>({.a = t.queries + row * t.stride,
                   .a_stride = t.stride,
                   .b = {key_panels, kPanel, t.head * kPanel},
                   .rows = rows,
                   .depth = t.head,
                   .columns = columns,
                   .out = weights,
                   .out_stride = columns});
    float factors[kAttentionRows];
    exponentials<Vec>(weights, columns, rows, row + 1, columns, factors);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t n = r * columns; n < (r + 1) * columns; n += Vec::kWidth) {
        const Vec weight = Vec::load(weights + n) * Vec::set(factors[r]);
        weight.store(weights + n);
        dropped(weight, t.dropout, before + n).store(kept + n);
      }
    }
    multiply<Vec>({.a = kept,
                   .a_stride = columns,
                   .b = {t.values, t.stride, kPanel},
                   .rows = rows,
                   .depth = row + rows,
                   .columns = round_up(t.head),
                   .out = t.context + row * t.stride,
                   .out_stride = t.stride});
    before += rows * columns;
  }
}

/// Replaces the gradient of the weights by that of the logits, and the weights by those after dropout, for up to
/// kAttentionRows rows. Softmax's gradient needs the sum over a row of weight times gradient, which is d_context .
/// context.
template <class Vec>
void softmax_back(const TrainedHeadBack& t, std::size_t row, std::size_t rows, std::size_t columns, std::size_t before,
                  float* kept, float* d_logits, std::size_t stride) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* d_context = t.d_context + (row + r) * t.head.stride;
    const float* context = t.head.context + (row + r) * t.head.stride;
    Vec products = Vec::zero();
    for (std::size_t c = 0; c < round_up(t.head.head); c += Vec::kWidth) {
      products = multiply_add(Vec::load(d_context + c), Vec::load(context + c), products);
    }
    const Vec mean = Vec::set(products.sum());
    const std::size_t first = before + r * columns;
    for (std::size_t j = 0; j < columns; j += Vec::kWidth) {
      const Vec weight = Vec::load(t.head.weights + first + j);
      const Vec mask = dropped(Vec::set(1.0F), t.head.dropout, first + j);
      float* const gradient = d_logits + r * stride + j;
      (weight * mask).store(kept + r * stride + j);
      (weight * (Vec::load(gradient) * mask - mean)).store(gradient);
    }
  }
}

/// Adds to the gradient of keys or values the part of the queries [first, end): the transpose of their rows of
/// `weights` times the queries' rows. For the keys from `first` on this is the first part, so it is written instead of
/// added: earlier queries do not attend to them.
template <class Vec>
void add_transposed(const float* weights, std::size_t weight_stride, const float* of_queries, std::size_t stride,
                    std::size_t first, std::size_t end, std::size_t columns, float* out) {
  if (first > 0) {
    multiply<Vec>({.a = weights,
                   .a_stride = 1,
                   .a_step = weight_stride,
                   .b = {of_queries + first * stride, stride, kPanel},
                   .rows = first,
                   .depth = end - first,
                   .columns = columns,
                   .residual = out,
                   .residual_stride = stride,
                   .out = out,
                   .out_stride = stride});
  }
  for (std::size_t key = first; key < end; key += kPanel) {
    multiply<Vec>({.a = weights + (key - first) * weight_stride + key,
                   .a_stride = 1,
                   .a_step = weight_stride,
                   .b = {of_queries + key * stride, stride, kPanel},
                   .rows = key + kPanel < end ? kPanel : end - key,
                   .depth = end - key,
                   .columns = columns,
                   .out = out + key * stride,
                   .out_stride = stride});
  }
}

template <class Vec>
void attend_back(const TrainedHeadBack& t) {
  const TrainedHead& head = t.head;
  const std::size_t width = round_up(head.head);
  float* const value_panels = head.scratch;
  float* const kept = value_panels + round_up(head.rows) * head.head;  // [kBackRows, columns]
  float* const d_logits = kept + kBackRows * round_up(head.rows);      // [kBackRows, columns]
  to_panels<Vec>(head.values, head.stride, head.rows, head.head, value_panels);
  std::size_t before = 0;  // weights of the rows before
  for (std::size_t first = 0; first < head.rows; first += kBackRows) {
    const std::size_t end = first + kBackRows < head.rows ? first + kBackRows : head.rows;
    const std::size_t stride = round_up(end);
    for (std::size_t row = first; row < end; row += kAttentionRows) {
      const std::size_t rows = row + kAttentionRows <= end ? kAttentionRows : end - row;
      const std::size_t columns = round_up(row + rows);
      float* const d_rows = d_logits + (row - first) * stride;
      multiply<Vec>({.a = t.d_context + row * head.stride,
                     .a_stride = head.stride,
                     .b = {value_panels, kPanel, head.head * kPanel},
                     .rows = rows,
                     .depth = head.head,
                     .columns = columns,
                     .out = d_rows,
                     .out_stride = stride});
      softmax_back<Vec>(t, row, rows, columns, before, kept + (row - first) * stride, d_rows, stride);
      multiply<Vec>({.a = d_rows,
                     .a_stride = stride,
                     .b = {head.keys, head.stride, kPanel},
                     .rows = rows,
                     .depth = row + rows,
                     .columns = width,
                     .out = t.d_queries + row * head.stride,
                     .out_stride = head.stride});
      before += rows * columns;
    }
    add_transposed<Vec>(kept, stride, t.d_context, head.stride, first, end, width, t.d_values);
    add_transposed<Vec>(d_logits, stride, head.queries, head.stride, first, end, width, t.d_keys);
  }
}

}  // namespace
}  // namespace sasrec::kernels
