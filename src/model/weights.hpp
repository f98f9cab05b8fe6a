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

/// Returns the values of a tensor by its name in tensor_specs(config).
using TensorLookup = std::function<std::span<const float>(std::string_view name)>;

using kernels::Channels;

/// out = in * weight^T + bias, packed for kernels::Kernels::multiply.
struct Linear {
  std::size_t depth = 0;        ///< number of floats in an input row
  std::size_t columns = 0;      ///< number of floats in an output row, and its stride
  kernels::FloatBuffer panels;  ///< [columns / kPanel, depth, kPanel]
  kernels::FloatBuffer bias;    ///< [columns]
};

struct LayerNorm {
  kernels::FloatBuffer weight;  ///< [stride of hidden]
  kernels::FloatBuffer bias;    ///< [stride of hidden]
};

/// The input of the first block: the sum of the item's row and the position's row. Row 0 of the items is padding, to
/// which no position is added.
struct Embedding {
  kernels::FloatBuffer items;      ///< [items + 1, stride of hidden]
  kernels::FloatBuffer positions;  ///< [max_length, stride of hidden]
};

/// Attention in one of three forms with equal results; docs/decisions/0004-folded-attention.md has the reasons.
struct Attention {
  enum class Form {
    /// The model's own form: keys and values are projections of the block's input x.
    kPlain,
    /// Keys and values are x itself, and a head is as wide as the state. For a query q, q . (Wk x_j + bk) = (Wk^T q) .
    /// x_j + a number that is the same for all j, which softmax ignores; and the weights w_j of a softmax sum to one,
    /// so Wo (sum w_j (Wv x_j + bv)) + bo = (Wo Wv) (sum w_j x_j) + (Wo bv + bo). `query` and `output` hold these
    /// products.
    kFolded,
    /// For one head if x are embeddings: both products are applied to the embeddings in advance. With (M, m) and (O, o)
    /// the folded query and output, (M q + m) . x_j = q . (M^T x_j) + m . x_j, and the output is sum w_j (O x_j + o).
    /// The queries are the block's query input, and the result of attention is its output.
    kTabulated,
  };
  Form form = Form::kPlain;
  Channels by_heads{};  ///< of the queries and of the heads' results
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

/// A model's weights, packed for the kernels. Immutable once loaded.
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
