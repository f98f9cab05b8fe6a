#pragma once

#include "kernels/layout.hpp"

namespace sasrec::kernels {

/// A dropout mask. The two keys name a stream of values. Each value is dropped with probability (limit + 2^31) / 2^32
/// and otherwise multiplied by `scale`. The choice is the same on every instruction set, and streams of different keys
/// are independent. The default drops nothing.
struct Dropout {
  unsigned first_key = 0;
  unsigned second_key = 0;
  int limit = -2147483647 - 1;
  float scale = 1.0F;
};

/// One head of one sequence: causal softmax attention with dropout of its weights. The rows of queries, keys, values
/// and context have the distance `stride`. The caller multiplies the queries by the attention scale.
struct TrainedHead {
  const float* queries;  ///< [rows, round_up(head)]
  const float* keys;     ///< [rows, round_up(head)]
  const float* values;   ///< [rows, round_up(head)]
  std::size_t stride;
  std::size_t rows;
  std::size_t head;  ///< width of a head
  Dropout dropout;   ///< value n of its stream applies to weights[n]
  float* weights;    ///< [head_weights(rows)], before dropout: attend writes them, the backward pass reads them
  float* context;    ///< [rows, round_up(head)], the result: attend writes it, the backward pass reads it
  float* scratch;    ///< [head_scratch(rows, head)]
};

/// The backward pass of a head.
struct TrainedHeadBack {
  TrainedHead head;        ///< as given to attend
  const float* d_context;  ///< [rows, round_up(head)]; the rows of all four gradients have the distance head.stride
  float* d_queries;        ///< [rows, round_up(head)]; written, like the other two
  float* d_keys;
  float* d_values;
};

/// The backward pass of Kernels::layer_norm.
struct LayerNormBack {
  const float* in;      ///< [rows, width]
  const float* weight;  ///< [width]
  const float* d_out;   ///< [rows, width]
  std::size_t stride;   ///< of in, d_out, residual and d_in
  std::size_t rows;
  std::size_t width;
  float epsilon;
  const float* residual;  ///< [rows, width], or none; may be d_in
  float* d_in;            ///< gradient of `in`, plus residual; may be d_out
  float* d_weight;        ///< [width], added to
  float* d_bias;          ///< [width], added to
};

/// The number of queries that the backward pass processes at a time: a multiple of kAttentionRows and of kPanel.
inline constexpr std::size_t kBackRows = 96;

/// The number of floats in TrainedHead::weights: kAttentionRows rows at a time, each up to the last of their keys.
static constexpr std::size_t head_weights(std::size_t rows) {
  std::size_t floats = 0;
  for (std::size_t row = 0; row < rows; row += kAttentionRows) {
    const std::size_t end = row + kAttentionRows < rows ? row + kAttentionRows : rows;
    floats += (end - row) * round_up(end);
  }
  return floats;
}

/// The number of floats in TrainedHead::scratch, for both passes.
static constexpr std::size_t head_scratch(std::size_t rows, std::size_t head) {
  return round_up(rows) * (head + 2 * kBackRows);
}

/// The kernels that only training needs. `count` is always a multiple of kPanel, and `out` may be an input.
struct TrainingKernels {
  void (*attend)(const TrainedHead& head);
  void (*attend_back)(const TrainedHeadBack& back);

  void (*layer_norm_back)(const LayerNormBack& back);

  /// out[n] = residual[n] + dropout(in[n]). residual may be null.
  void (*drop)(const float* in, const float* residual, std::size_t count, const Dropout& dropout, float* out);

  /// d_in[n] = d_out[n] * scale if out[n] > 0, otherwise 0: the backward pass of relu and the dropout after it.
  void (*relu_back)(const float* d_out, const float* out, float scale, std::size_t count, float* d_in);

  void (*gelu)(const float* in, std::size_t count, float* out);
  /// d_in[n] = d_out[n] * gelu'(in[n])
  void (*gelu_back)(const float* d_out, const float* in, std::size_t count, float* d_in);

  /// sums[c] += the sum of column c; `columns` is a multiple of kPanel and the stride of a row.
  void (*add_rows)(const float* in, std::size_t rows, std::size_t columns, float* sums);

  /// products[r] = a[r] . b[r] over `columns`, a multiple of kPanel and the stride of both.
  void (*dot_rows)(const float* a, const float* b, std::size_t rows, std::size_t columns, float* products);
};

}  // namespace sasrec::kernels
