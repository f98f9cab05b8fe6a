#pragma once

#include "kernels/layout.hpp"

namespace sasrec::kernels {

/// Which values dropout keeps: value n of the stream that the two keys name is dropped with probability
/// (limit + 2^31) / 2^32, else multiplied by `scale`. The same on every instruction set; streams of different keys have
/// nothing to do with each other. As it is by default it keeps all as they are.
struct Dropout {
  unsigned first_key = 0;
  unsigned second_key = 0;
  int limit = -2147483647 - 1;
  float scale = 1.0F;
};

/// One head of one sequence: causal softmax attention whose weights are subject to dropout. Rows of queries, keys,
/// values and context are `stride` floats apart. The attention scale belongs into the queries.
struct TrainedHead {
  const float* queries;  ///< [rows, round_up(head)]
  const float* keys;     ///< [rows, round_up(head)]
  const float* values;   ///< [rows, round_up(head)]
  std::size_t stride;
  std::size_t rows;
  std::size_t head;  ///< width of a head
  Dropout dropout;   ///< value n decides over weights[n]
  float* weights;    ///< [head_weights(rows)], those before dropout: written by attend, read on the way back
  float* context;    ///< [rows, round_up(head)], the result: written by attend, read on the way back
  float* scratch;    ///< [head_scratch(rows, head)]
};

/// The way back through a head.
struct TrainedHeadBack {
  TrainedHead head;        ///< as attend got it
  const float* d_context;  ///< [rows, round_up(head)]; the four gradients have rows of head.stride too
  float* d_queries;        ///< [rows, round_up(head)]; written, as the others are
  float* d_keys;
  float* d_values;
};

/// A layer norm as Kernels::layer_norm computes it, on the way back.
struct LayerNormBack {
  const float* in;      ///< [rows, width]
  const float* weight;  ///< [width]
  const float* d_out;   ///< [rows, width]
  std::size_t stride;   ///< of in, d_out, residual and d_in
  std::size_t rows;
  std::size_t width;
  float epsilon;
  const float* residual;  ///< [rows, width], or none; may be d_in
  float* d_in;            ///< the gradient by `in` + residual; may be d_out
  float* d_weight;        ///< [width], added to
  float* d_bias;          ///< [width], added to
};

/// Queries on the way back whose weights are at hand at a time: a multiple of kAttentionRows and of kPanel.
inline constexpr std::size_t kBackRows = 96;

/// Floats of TrainedHead::weights: kAttentionRows rows at a time, each up to the last of their keys.
static constexpr std::size_t head_weights(std::size_t rows) {
  std::size_t floats = 0;
  for (std::size_t row = 0; row < rows; row += kAttentionRows) {
    const std::size_t end = row + kAttentionRows < rows ? row + kAttentionRows : rows;
    floats += (end - row) * round_up(end);
  }
  return floats;
}

/// Floats of TrainedHead::scratch, enough for the way back too.
static constexpr std::size_t head_scratch(std::size_t rows, std::size_t head) {
  return round_up(rows) * (head + 2 * kBackRows);
}

/// What training needs beyond the forward pass. `count` is a multiple of kPanel throughout, and `out` may be an input.
struct TrainingKernels {
  void (*attend)(const TrainedHead& head);
  void (*attend_back)(const TrainedHeadBack& back);

  void (*layer_norm_back)(const LayerNormBack& back);

  /// out[n] = residual[n] + in[n], dropped or scaled. residual may be null.
  void (*drop)(const float* in, const float* residual, std::size_t count, const Dropout& dropout, float* out);

  /// d_in[n] = d_out[n] * scale where out[n] > 0, else 0: the way back through relu, and dropout behind it.
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
