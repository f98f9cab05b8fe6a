#include "model/encoder.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace sasrec::model {
namespace {

using checkpoint::Norm;
using checkpoint::Padding;
using kernels::kPanel;

/// One history on its way through the blocks. Rows of the workspace: one per item, oldest first. Where padding takes
/// part it comes first, as one row: all padding positions are equal, and padding attends only to padding, so one of
/// them stands for all as a key that counts as often as there are.
class Pass {
 public:
  Pass(const Weights& weights, Workspace& workspace) : weights_(weights), set_(*weights.kernels), w_(workspace) {}

  /// Fills the states with the embeddings.
  void embed(std::span<const base::ItemIndex> history);
  /// Runs a block for all rows, or for the newest row only.
  void run(const Block& block, bool newest_only);
  /// The normed state of the newest row.
  void finish(std::span<float> state);

 private:
  void attend(const Block& block, const float* query_input, const float* key_input);
  void attend_newest(const Block& block, const float* query_input, const float* key_input);
  void normalize(const LayerNorm& norm, const float* in, float* out, std::size_t first, std::size_t rows) const;
  /// out = activation(in * linear) + residual, for rows [first, first + rows).
  void apply(const Linear& linear, const float* in, std::size_t in_stride, float* out, std::size_t first,
             std::size_t rows, kernels::Activation activation = kernels::Activation::kNone,
             const float* residual = nullptr) const;

  const Weights& weights_;
  const kernels::Kernels& set_;
  Workspace& w_;
  std::size_t rows_ = 0;
  std::size_t padding_rows_ = 0;  // 0 or 1
  float log_padding_count_ = 0;   // added to the logits of the first row
};

void Pass::embed(std::span<const base::ItemIndex> history) {
  const auto& config = weights_.config;
  const std::size_t stride = weights_.hidden.stride();
  const std::size_t missing = config.max_length - history.size();
  float* row = w_.states.data();
  if (config.padding != Padding::kIgnored && missing > 0) {
    padding_rows_ = 1;
    log_padding_count_ = std::log(static_cast<float>(missing));
    row = std::fill_n(row, stride, 0.0F);
  }
  rows_ = padding_rows_ + history.size();
  const float* position = weights_.position_embedding.data() + missing * stride;
  // Rows lie anywhere in the table: they are asked for ahead, or each would be waited for.
  constexpr std::size_t kAhead = 8;
  constexpr std::size_t kCacheLine = 16;  // floats
  for (std::size_t t = 0; t < history.size(); ++t) {
    assert(history[t].value >= 1 && history[t].value <= config.items);
    if (t + kAhead < history.size()) {
      const float* later = weights_.item_embedding.data() + history[t + kAhead].value * stride;
      for (std::size_t i = 0; i < stride; i += kCacheLine) __builtin_prefetch(later + i);
    }
    const float* embedding = weights_.item_embedding.data() + history[t].value * stride;
    row = std::transform(embedding, embedding + stride, position, row, [](float a, float b) { return a + b; });
    position += stride;
  }
}

void Pass::run(const Block& block, bool newest_only) {
  const Norm norm = weights_.config.norm;
  const std::size_t first = newest_only ? rows_ - 1 : 0;
  const std::size_t count = rows_ - first;
  const std::size_t stride = weights_.hidden.stride();
  float* const states = w_.states.data();
  float* const normed = w_.normed.data();

  if (norm == Norm::kPre) {
    normalize(block.attention_norm, states, normed, 0, rows_);  // the keys and values need all rows
  } else if (norm == Norm::kPaper) {
    normalize(block.attention_norm, states, normed, first, count);
  }
  const float* query_input = norm == Norm::kPost ? states : normed;
  const float* key_input = norm == Norm::kPre ? normed : states;
  if (newest_only) {
    attend_newest(block, query_input, key_input);
  } else {
    attend(block, query_input, key_input);
  }
  apply(block.output, w_.context.data(), weights_.by_heads.stride(), states, first, count, kernels::Activation::kNone,
        norm == Norm::kPaper ? normed : states);

  const float* inner_input = normed;
  if (norm == Norm::kPost) {
    normalize(block.attention_norm, states, states, first, count);
    inner_input = states;
  } else {
    normalize(block.feed_forward_norm, states, normed, first, count);
  }
  const bool gelu = weights_.config.activation == checkpoint::Activation::kGelu;
  apply(block.feed_forward_in, inner_input, stride, w_.inner.data(), first, count,
        gelu ? kernels::Activation::kGelu : kernels::Activation::kRelu);
  apply(block.feed_forward_out, w_.inner.data(), weights_.feed_forward.stride(), states, first, count,
        kernels::Activation::kNone, norm == Norm::kPaper ? normed : states);
  if (norm == Norm::kPost) {
    normalize(block.feed_forward_norm, states, states, first, count);
  }
  if (weights_.config.padding == Padding::kZeroed && !newest_only) {
    std::fill_n(states, padding_rows_ * stride, 0.0F);
  }
}

void Pass::attend(const Block& block, const float* query_input, const float* key_input) {
  const std::size_t stride = weights_.hidden.stride();
  const std::size_t head = weights_.by_heads.group;
  const std::size_t heads_stride = weights_.by_heads.stride();
  apply(block.query, query_input, stride, w_.queries.data(), 0, rows_);
  apply(block.key, key_input, stride, w_.keys.data(), 0, rows_);
  apply(block.value, key_input, stride, w_.values.data(), 0, rows_);
  for (std::size_t h = 0; h < weights_.config.heads; ++h) {
    const std::size_t column = h * kernels::round_up(head);
    set_.to_panels(w_.keys.data() + column, heads_stride, rows_, head, w_.key_panels.data());
    set_.attend({.queries = w_.queries.data() + column,
                 .query_stride = heads_stride,
                 .key_panels = w_.key_panels.data(),
                 .values = w_.values.data() + column,
                 .value_stride = heads_stride,
                 .rows = rows_,
                 .head = head,
                 .first_bias = log_padding_count_,
                 .weights = w_.attention_weights.data(),
                 .out = w_.context.data() + column,
                 .out_stride = heads_stride});
  }
}

/// For one query the keys and values need not be computed at all. With q the query, W and b the projections:
/// q . (Wk x + bk) = (Wk^T q) . x + a constant, which softmax ignores, and the weights w of the softmax sum to one, so
/// sum w (Wv x + bv) = Wv (sum w x) + bv. Per head this costs two passes over the states and two small products.
void Pass::attend_newest(const Block& block, const float* query_input, const float* key_input) {
  const std::size_t hidden = weights_.config.hidden;
  const std::size_t stride = weights_.hidden.stride();
  const std::size_t head = weights_.by_heads.group;
  const std::size_t heads_stride = weights_.by_heads.stride();
  const std::size_t newest = rows_ - 1;
  float* const logits = w_.attention_weights.data();
  apply(block.query, query_input, stride, w_.queries.data(), newest, 1);
  for (std::size_t h = 0; h < weights_.config.heads; ++h) {
    const std::size_t column = h * kernels::round_up(head);
    set_.multiply({.a = w_.queries.data() + newest * heads_stride + column,
                   .a_stride = heads_stride,
                   .b = {block.key_rows.data() + h * head * stride, stride, kPanel},
                   .rows = 1,
                   .depth = head,
                   .columns = stride,
                   .out = w_.folded_query.data(),
                   .out_stride = stride});
    set_.score_rows(key_input, stride, rows_, hidden, w_.folded_query.data(), logits);
    set_.softmax(logits, rows_, log_padding_count_);
    set_.multiply({.a = logits,
                   .a_stride = rows_,
                   .b = {key_input, stride, kPanel},
                   .rows = 1,
                   .depth = rows_,
                   .columns = stride,
                   .out = w_.pooled.data(),
                   .out_stride = stride});
    set_.multiply({.a = w_.pooled.data(),
                   .a_stride = stride,
                   .b = {block.value.panels.data() + column * hidden, kPanel, hidden * kPanel},
                   .rows = 1,
                   .depth = hidden,
                   .columns = kernels::round_up(head),
                   .bias = block.value.bias.data() + column,
                   .out = w_.context.data() + newest * heads_stride + column,
                   .out_stride = heads_stride});
  }
}

void Pass::finish(std::span<float> state) {
  normalize(weights_.final_norm, w_.states.data(), w_.normed.data(), rows_ - 1, 1);
  std::copy_n(w_.normed.data() + (rows_ - 1) * weights_.hidden.stride(), state.size(), state.begin());
}

void Pass::normalize(const LayerNorm& norm, const float* in, float* out, std::size_t first, std::size_t rows) const {
  const std::size_t stride = weights_.hidden.stride();
  set_.layer_norm(in + first * stride, stride, rows, weights_.config.hidden, norm.weight.data(), norm.bias.data(),
                  checkpoint::kNormEpsilon, out + first * stride, stride);
}

void Pass::apply(const Linear& linear, const float* in, std::size_t in_stride, float* out, std::size_t first,
                 std::size_t rows, kernels::Activation activation, const float* residual) const {
  set_.multiply({.a = in + first * in_stride,
                 .a_stride = in_stride,
                 .b = {linear.panels.data(), kPanel, linear.depth * kPanel},
                 .rows = rows,
                 .depth = linear.depth,
                 .columns = linear.columns,
                 .bias = linear.bias.data(),
                 .activation = activation,
                 .residual = residual == nullptr ? nullptr : residual + first * linear.columns,
                 .residual_stride = linear.columns,
                 .out = out + first * linear.columns,
                 .out_stride = linear.columns});
}

}  // namespace

Encoder::Encoder(const checkpoint::ModelConfig& config, const TensorLookup& tensor, const kernels::Kernels& kernels)
    : weights_(std::make_unique<const Weights>(config, tensor, kernels)) {}

void Encoder::encode(std::span<const base::ItemIndex> history, Workspace& workspace, std::span<float> state) const {
  const auto& config = weights_->config;
  assert(!history.empty() && state.size() == config.hidden);
  Pass pass(*weights_, workspace);
  pass.embed(history.last(std::min(history.size(), config.max_length)));
  for (std::size_t i = 0; i < config.blocks; ++i) {
    pass.run(weights_->blocks[i], i + 1 == config.blocks);
  }
  pass.finish(state);
}

}  // namespace sasrec::model
