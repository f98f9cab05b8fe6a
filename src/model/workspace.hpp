#pragma once

#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "model/weights.hpp"

namespace sasrec::model {

/// The scratch memory of Encoder::encode for one thread. Every row is padded to a multiple of kernels::kPanel floats:
/// [n, hidden] means n rows of round_up(hidden). "By heads" is Attention::by_heads of the block.
struct Workspace {
  explicit Workspace(const Weights& weights);

  std::vector<unsigned> items;             ///< [max_length], the history
  kernels::FloatBuffer states;             ///< [max_length, hidden], the input and output of each block
  kernels::FloatBuffer normed;             ///< [max_length, hidden], the states after a layer norm
  kernels::FloatBuffer queries;            ///< [max_length, by heads], of the last block: [1, by heads]
  kernels::FloatBuffer keys;               ///< [max_length, by heads], unless all attention is folded
  kernels::FloatBuffer values;             ///< [max_length, by heads], unless all attention is folded
  kernels::FloatBuffer key_bias;           ///< [max_length], added to the logits
  kernels::FloatBuffer context;            ///< like queries: the heads' results before the output projection
  kernels::FloatBuffer inner;              ///< [max_length, feed_forward]
  kernels::FloatBuffer key_panels;         ///< [round_up(max_length) / kPanel, width of a head, kPanel], of one head
  kernels::FloatBuffer attention_weights;  ///< [kAttentionRows, max_length]
};

}  // namespace sasrec::model
