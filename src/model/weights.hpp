#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "checkpoint/config.hpp"
#include "kernels/aligned_buffer.hpp"
#include "kernels/channels.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::model {

/// Gives the values of a tensor of tensor_specs(config) by its name.
using TensorLookup = std::function<std::span<const float>(std::string_view name)>;

using kernels::Channels;

/// out = in * weight^T + bias, packed for kernels::Kernels::multiply.
struct Linear {
  std::size_t depth = 0;        ///< floats of an input row
  std::size_t columns = 0;      ///< floats of an output row, and its stride
  kernels::FloatBuffer panels;  ///< [columns / kPanel, depth, kPanel]
  kernels::FloatBuffer bias;    ///< [columns]
};

struct LayerNorm {
  kernels::FloatBuffer weight;  ///< [stride of hidden]
  kernels::FloatBuffer bias;    ///< [stride of hidden]
};

/// What an item at a position begins with: the sum of a row for each. Row 0 of the items stands alone, for padding.
struct Embedding {
  kernels::FloatBuffer items;      ///< [items + 1, stride of hidden]
  kernels::FloatBuffer positions;  ///< [max_length, stride of hidden]
};

/// Attention in one of three forms that give the same; docs/decisions/0004-folded-attention.md has the reasons.
struct Attention {
  enum class Form {
    /// As the model has it: keys and values are projections of the block's input x.
    kPlain,
    /// They are x itself, and a head is as wide as the state. For a query q, q . (Wk x_j + bk) = (Wk^T q) . x_j + a
    /// number that is the same for all j, which softmax ignores; and the weights w_j of a softmax sum to one, so
    /// Wo (sum w_j (Wv x_j + bv)) + bo = (Wo Wv) (sum w_j x_j) + (Wo bv + bo). `query` and `output` hold these
    /// products.
    kFolded,
    /// One head, and x are embeddings: both products are applied to the embeddings in advance. With (M, m) and (O, o)
    /// the folded query and output, (M q + m) . x_j = q . (M^T x_j) + m . x_j, and the output is sum w_j (O x_j + o).
    /// Queries are the block's query input, and what attention gives is its output.
    kTabulated,
  };
  Form form = Form::kPlain;
  Channels by_heads{};  ///< queries and what the heads give
  Linear query;         ///< hidden -> by heads; holds the attention scale 1 / sqrt(hidden / heads); not if tabulated
  Linear key;           ///< hidden -> by heads; plain only
  Linear value;         ///< hidden -> by heads; plain only
  Linear output;        ///< by heads -> hidden; not if tabulated
  Embedding keys;       ///< tabulated only: M^T x
  Embedding values;     ///< tabulated only: O x + o
  kernels::FloatBuffer key_bias;  ///< [stride of hidden], tabulated only: m
};

struct Block {
  LayerNorm attention_norm;
  Attention attention;
  LayerNorm feed_forward_norm;
  Linear feed_forward_in;   ///< hidden -> feed_forward
  Linear feed_forward_out;  ///< feed_forward -> hidden
};

/// A model's weights as the kernels want them. Immutable once loaded.
struct Weights {
  Weights(const checkpoint::ModelConfig& model, const TensorLookup& tensor, const kernels::Kernels& set);

  checkpoint::ModelConfig config;
  const kernels::Kernels* kernels;
  Channels hidden;  ///< the state
  Channels feed_forward;
  Embedding embedding;  ///< items times sqrt(hidden); the padding's is zero
  std::vector<Block> blocks;
  LayerNorm final_norm;
};

}  // namespace sasrec::model
