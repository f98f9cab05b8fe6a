#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "checkpoint/config.hpp"
#include "kernels/float_buffer.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::model {

/// Gives the values of a tensor of tensor_specs(config) by its name.
using TensorLookup = std::function<std::span<const float>(std::string_view name)>;

/// How `width` channels lie in memory: in groups that each begin at a multiple of kernels::kPanel, zeros between. With
/// one head the whole state is one group; what lies by heads has a group per head.
struct Channels {
  std::size_t width;
  std::size_t group;

  std::size_t at(std::size_t channel) const { return channel / group * kernels::round_up(group) + channel % group; }
  std::size_t depth() const { return at(width - 1) + 1; }            ///< floats up to the last channel
  std::size_t stride() const { return kernels::round_up(depth()); }  ///< floats of a row
};

/// out = in * weight^T + bias, packed for kernels::Kernels::multiply.
struct Linear {
  std::size_t depth = 0;        ///< floats of an input row
  std::size_t columns = 0;      ///< floats of an output row
  kernels::FloatBuffer panels;  ///< [columns / kPanel, depth, kPanel]
  kernels::FloatBuffer bias;    ///< [columns]
};

struct LayerNorm {
  kernels::FloatBuffer weight;  ///< [stride of hidden]
  kernels::FloatBuffer bias;    ///< [stride of hidden]
};

struct Block {
  LayerNorm attention_norm;
  Linear query;                   ///< hidden -> by heads; holds the attention scale 1 / sqrt(head)
  Linear key;                     ///< hidden -> by heads; empty in the last block
  kernels::FloatBuffer key_rows;  ///< [hidden, stride of hidden], the weight as it is; only in the last block, which
                                  ///< folds it into its one query
  Linear value;                   ///< hidden -> by heads
  Linear output;                  ///< by heads -> hidden
  LayerNorm feed_forward_norm;
  Linear feed_forward_in;   ///< hidden -> feed_forward
  Linear feed_forward_out;  ///< feed_forward -> hidden
};

/// A model's weights as the kernels want them. Immutable once loaded.
struct Weights {
  Weights(const checkpoint::ModelConfig& model, const TensorLookup& tensor, const kernels::Kernels& set);

  checkpoint::ModelConfig config;
  const kernels::Kernels* kernels;
  Channels hidden;    ///< the state
  Channels by_heads;  ///< queries, keys, values
  Channels feed_forward;
  kernels::FloatBuffer item_embedding;      ///< [items + 1, hidden.stride()], times sqrt(hidden)
  kernels::FloatBuffer position_embedding;  ///< [max_length, hidden.stride()]
  std::vector<Block> blocks;
  LayerNorm final_norm;
};

}  // namespace sasrec::model
