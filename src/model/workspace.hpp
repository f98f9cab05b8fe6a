#pragma once

#include "checkpoint/config.hpp"
#include "kernels/float_buffer.hpp"

namespace sasrec::model {

/// Scratch memory of Encoder::encode for one thread. Every row is padded to a multiple of kernels::kPanel floats:
/// [n, hidden] means n rows of round_up(hidden), and "by heads" is heads * round_up(hidden / heads).
struct Workspace {
  explicit Workspace(const checkpoint::ModelConfig& config);

  kernels::FloatBuffer states;      ///< [max_length, hidden], the input and output of each block
  kernels::FloatBuffer normed;      ///< [max_length, hidden], the states after a layer norm
  kernels::FloatBuffer queries;     ///< [max_length, by heads]
  kernels::FloatBuffer keys;        ///< [max_length, by heads]
  kernels::FloatBuffer values;      ///< [max_length, by heads]
  kernels::FloatBuffer context;     ///< [max_length, by heads], what attention gives, before its output projection
  kernels::FloatBuffer inner;       ///< [max_length, feed_forward]
  kernels::FloatBuffer key_panels;  ///< [round_up(max_length) / kPanel, hidden / heads, kPanel], of one head
  kernels::FloatBuffer attention_weights;  ///< [kAttentionRows, max_length]
  kernels::FloatBuffer folded_query;       ///< [hidden], of one head of the last block
  kernels::FloatBuffer pooled;             ///< [hidden], of one head of the last block
};

}  // namespace sasrec::model
