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

/// Rows of queries, keys or values. `between_heads` is the distance in floats from one head to the next.
struct Heads {
  const float* data;
  std::size_t stride;
  std::size_t between_heads;

  const float* head(std::size_t h) const { return data + h * between_heads; }
};

/// The computation for one history. The workspace has one row per item, oldest first. If the model has padding, it is
/// one row before them: all padding positions are equal and attend only to padding, so one key represents them all and
/// counts as often as there are padding positions.
class Pass {
 public:
  /// `history` is that of encode(), with at most max_length items.
  Pass(const Weights& weights, std::span<const base::ItemIndex> history, Workspace& workspace,
       std::span<float> attention)
      : weights_(weights),
        set_(*weights.kernels),
        history_(history),
        missing_(weights.config.max_length - history.size()),
        padding_rows_(weights.config.padding != Padding::kIgnored && missing_ > 0 ? 1 : 0),
        rows_(padding_rows_ + history.size()),
        w_(workspace),
        attention_(attention) {
    for (std::size_t t = 0; t < history.size(); ++t) {
      assert(history[t].value >= 1 && history[t].value <= weights.config.items);
      w_.items[t] = history[t].value;
    }
  }

  /// Computes the embeddings of all rows.
  void look_up(const Embedding& embedding, float* rows) const;
  /// Runs a block for all rows, or for the newest row only.
  void run(const Block& block, bool newest_only);
  /// Computes the normed state of the newest row.
  void finish(std::span<float> state);

 private:
  /// states = residual + attention, for all rows, or for the newest one only, which query_input and residual then are.
  void attend(const Attention& attention, const float* query_input, const float* key_input, const float* residual,
              bool newest_only);
  /// out = residual + the heads' results, for all rows. A residual is possible with one head only.
  void attend_all(const Attention& attention, Heads queries, Heads keys, Heads values, float* out,
                  const float* residual);
  /// Computes the attention of the newest row into the context.
  void attend_newest(const Attention& attention, Heads queries, Heads keys, Heads values);
  /// `out` may be `in`.
  void normalize(const LayerNorm& norm, const float* in, float* out, std::size_t rows) const;
  /// out = activation(in * linear) + residual. The residual has the layout of `out`.
  void apply(const Linear& linear, const float* in, float* out, std::size_t rows,
             kernels::Activation activation = kernels::Activation::kNone, const float* residual = nullptr) const;

  const Weights& weights_;
  const kernels::Kernels& set_;
  std::span<const base::ItemIndex> history_;
  std::size_t missing_;       // number of positions before the history
  std::size_t padding_rows_;  // 0 or 1
  std::size_t rows_;
  Workspace& w_;
  std::span<float> attention_;  // the newest row's weights in the last block are added to it, unless it is empty
};

void Pass::look_up(const Embedding& embedding, float* rows) const {
  const std::size_t stride = weights_.hidden.stride();
  rows = std::copy_n(embedding.items.data(), padding_rows_ * stride, rows);
  set_.add_chosen(embedding.items.data(), w_.items.data(), history_.size(), stride,
                  embedding.positions.data() + missing_ * stride, rows);
}

void Pass::run(const Block& block, bool newest_only) {
  const Norm norm = weights_.config.norm;
  const std::size_t count = newest_only ? 1 : rows_;
  const std::size_t stride = weights_.hidden.stride();
  const std::size_t first = (rows_ - count) * stride;
  float* const states = w_.states.data() + first;
  float* const normed = w_.normed.data() + first;

  if (norm == Norm::kPre) {
    normalize(block.attention_norm, w_.states.data(), w_.normed.data(), rows_);  // keys and values need all rows
  } else if (norm == Norm::kPaper) {
    normalize(block.attention_norm, states, normed, count);
  }
  attend(block.attention, norm == Norm::kPost ? states : normed,
         norm == Norm::kPre ? w_.normed.data() : w_.states.data(), norm == Norm::kPaper ? normed : states, newest_only);

  const float* inner_input = normed;
  if (norm == Norm::kPost) {
    normalize(block.attention_norm, states, states, count);
    inner_input = states;
  } else {
    normalize(block.feed_forward_norm, states, normed, count);
  }
  const bool gelu = weights_.config.activation == checkpoint::Activation::kGelu;
  apply(block.feed_forward_in, inner_input, w_.inner.data(), count,
        gelu ? kernels::Activation::kGelu : kernels::Activation::kRelu);
  apply(block.feed_forward_out, w_.inner.data(), states, count, kernels::Activation::kNone,
        norm == Norm::kPaper ? normed : states);
  if (norm == Norm::kPost) {
    normalize(block.feed_forward_norm, states, states, count);
  }
  if (weights_.config.padding == Padding::kZeroed && !newest_only) {
    std::fill_n(states, padding_rows_ * stride, 0.0F);
  }
}

void Pass::attend(const Attention& attention, const float* query_input, const float* key_input, const float* residual,
                  bool newest_only) {
  const std::size_t count = newest_only ? 1 : rows_;
  const std::size_t stride = weights_.hidden.stride();
  const std::size_t by_heads = attention.by_heads.stride();
  const std::size_t head = kernels::round_up(attention.by_heads.group);
  float* const states = w_.states.data() + (rows_ - count) * stride;
  Heads queries{w_.queries.data(), by_heads, head};
  Heads keys{w_.keys.data(), by_heads, head};
  Heads values{w_.values.data(), by_heads, head};

  std::fill_n(w_.key_bias.data(), rows_, 0.0F);
  switch (attention.form) {
    case Attention::Form::kPlain:
      apply(attention.query, query_input, w_.queries.data(), count);
      apply(attention.key, key_input, w_.keys.data(), rows_);
      apply(attention.value, key_input, w_.values.data(), rows_);
      break;
    case Attention::Form::kFolded:
      apply(attention.query, query_input, w_.queries.data(), count);
      keys = values = {key_input, stride, 0};
      break;
    case Attention::Form::kTabulated:
      queries.data = query_input;
      look_up(attention.keys, w_.keys.data());
      look_up(attention.values, w_.values.data());
      set_.score_rows(key_input, stride, rows_, weights_.config.hidden, attention.key_bias.data(), w_.key_bias.data());
      break;
  }
  if (padding_rows_ > 0) w_.key_bias.data()[0] += std::log(static_cast<float>(missing_));

  if (attention.form == Attention::Form::kTabulated) {
    attend_all(attention, queries, keys, values, states, residual);
    return;
  }
  if (newest_only) {
    attend_newest(attention, queries, keys, values);
  } else {
    attend_all(attention, queries, keys, values, w_.context.data(), nullptr);
  }
  apply(attention.output, w_.context.data(), states, count, kernels::Activation::kNone, residual);
}

void Pass::attend_all(const Attention& attention, Heads queries, Heads keys, Heads values, float* out,
                      const float* residual) {
  const std::size_t stride = attention.by_heads.stride();
  const std::size_t head = attention.by_heads.group;
  for (std::size_t h = 0; h < weights_.config.heads; ++h) {
    set_.to_panels(keys.head(h), keys.stride, rows_, head, w_.key_panels.data());
    set_.attend({.queries = queries.head(h),
                 .query_stride = queries.stride,
                 .key_panels = w_.key_panels.data(),
                 .key_bias = w_.key_bias.data(),
                 .values = values.head(h),
                 .value_stride = values.stride,
                 .rows = rows_,
                 .head = head,
                 .residual = residual,
                 .residual_stride = stride,
                 .weights = w_.attention_weights.data(),
                 .out = out + h * kernels::round_up(head),
                 .out_stride = stride});
  }
}

void Pass::attend_newest(const Attention& attention, Heads queries, Heads keys, Heads values) {
  const std::size_t head = attention.by_heads.group;
  float* const weights = w_.attention_weights.data();
  for (std::size_t h = 0; h < weights_.config.heads; ++h) {
    set_.score_rows(keys.head(h), keys.stride, rows_, head, queries.head(h), weights);
    weights[0] += w_.key_bias.data()[0];  // the others are 0: the newest row's attention is not tabulated
    set_.softmax(weights, rows_);
    for (std::size_t t = 0; t < attention_.size(); ++t) {
      attention_[t] += weights[padding_rows_ + t] / static_cast<float>(weights_.config.heads);
    }
    set_.multiply({.a = weights,
                   .a_stride = rows_,
                   .b = {values.head(h), values.stride, kPanel},
                   .rows = 1,
                   .depth = rows_,
                   .columns = kernels::round_up(head),
                   .out = w_.context.data() + h * kernels::round_up(head),
                   .out_stride = attention.by_heads.stride()});
  }
}

void Pass::finish(std::span<float> state) {
  const std::size_t newest = (rows_ - 1) * weights_.hidden.stride();
  normalize(weights_.final_norm, w_.states.data() + newest, w_.normed.data(), 1);
  std::copy_n(w_.normed.data(), state.size(), state.begin());
}

void Pass::normalize(const LayerNorm& norm, const float* in, float* out, std::size_t rows) const {
  const std::size_t stride = weights_.hidden.stride();
  set_.layer_norm(in, stride, rows, weights_.config.hidden, norm.weight.data(), norm.bias.data(),
                  checkpoint::kNormEpsilon, out, stride);
}

void Pass::apply(const Linear& linear, const float* in, float* out, std::size_t rows, kernels::Activation activation,
                 const float* residual) const {
  set_.multiply({.a = in,
                 .a_stride = kernels::round_up(linear.depth),
                 .b = {linear.panels.data(), kPanel, linear.depth * kPanel},
                 .rows = rows,
                 .depth = linear.depth,
                 .columns = linear.columns,
                 .bias = linear.bias.data(),
                 .activation = activation,
                 .residual = residual,
                 .residual_stride = linear.columns,
                 .out = out,
                 .out_stride = linear.columns});
}

}  // namespace

Encoder::Encoder(const checkpoint::ModelConfig& config, const TensorLookup& tensor, const kernels::Kernels& kernels)
    : weights_(std::make_unique<const Weights>(config, tensor, kernels)) {}

void Encoder::encode(std::span<const base::ItemIndex> history, Workspace& workspace, std::span<float> state,
                     std::span<float> attention) const {
  const auto& config = weights_->config;
  assert(!history.empty() && state.size() == config.hidden);
  history = history.last(std::min(history.size(), config.max_length));
  assert(attention.empty() || attention.size() == history.size());
  std::ranges::fill(attention, 0.0F);
  Pass pass(*weights_, history, workspace, attention);
  pass.look_up(weights_->embedding, workspace.states.data());
  for (std::size_t i = 0; i < config.blocks; ++i) {
    pass.run(weights_->blocks[i], i + 1 == config.blocks);
  }
  pass.finish(state);
}

}  // namespace sasrec::model
