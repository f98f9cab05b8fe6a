#include "training/network.hpp"

#include <torch/nn/functional/activation.h>
#include <torch/nn/init.h>

#include <cmath>

#include "training/attention.hpp"
#include "training/dropout.hpp"

namespace sasrec::training {
namespace {

namespace functional = torch::nn::functional;
using at::Tensor;
using checkpoint::Norm;

std::int64_t signed_size(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

/// Dropout in training, otherwise `x` itself.
Tensor dropped(const Tensor& x, double probability, bool training) {
  return training && probability > 0 ? dropout(x, probability) : x;
}

torch::nn::LayerNorm layer_norm(std::size_t hidden) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({signed_size(hidden)}).eps(checkpoint::kNormEpsilon));
}

}  // namespace

AttentionImpl::AttentionImpl(std::int64_t hidden, std::int64_t heads, double dropout)
    : heads_(heads),
      dropout_(dropout),
      query_(register_module("query", torch::nn::Linear(hidden, hidden))),
      key_(register_module("key", torch::nn::Linear(hidden, hidden))),
      value_(register_module("value", torch::nn::Linear(hidden, hidden))),
      output_(register_module("output", torch::nn::Linear(hidden, hidden))) {}

Tensor AttentionImpl::forward(const Tensor& query, const Tensor& key_value, const std::vector<std::int64_t>& lengths) {
  AttentionOptions options{.heads = heads_};
  if (is_training() && dropout_ > 0) {
    options.dropout = dropout_;
    options.seed = draw_seed();
  }
  return output_(ragged_attention(query_(query), key_(key_value), value_(key_value), lengths, options));
}

FeedForwardImpl::FeedForwardImpl(std::int64_t hidden, std::int64_t width, checkpoint::Activation activation,
                                 double dropout)
    : activation_(activation),
      dropout_(dropout),
      in_(register_module("in", torch::nn::Linear(hidden, width))),
      out_(register_module("out", torch::nn::Linear(width, hidden))) {}

Tensor FeedForwardImpl::forward(const Tensor& x) {
  auto inner = in_(x);
  // relu in place saves a copy; gelu's backward pass needs its input.
  inner = activation_ == checkpoint::Activation::kRelu ? inner.relu_() : functional::gelu(inner);
  return dropped(out_(dropped(inner, dropout_, is_training())), dropout_, is_training());
}

BlockImpl::BlockImpl(const checkpoint::ModelConfig& config)
    : norm_(config.norm),
      dropout_(config.dropout),
      attention_(register_module("attention",
                                 Attention(signed_size(config.hidden), signed_size(config.heads), config.dropout))),
      feed_forward_(
          register_module("feed_forward", FeedForward(signed_size(config.hidden), signed_size(config.feed_forward),
                                                      config.activation, config.dropout))),
      attention_norm_(register_module("attention_norm", layer_norm(config.hidden))),
      feed_forward_norm_(register_module("feed_forward_norm", layer_norm(config.hidden))) {}

Tensor BlockImpl::forward(const Tensor& x, const std::vector<std::int64_t>& lengths) {
  switch (norm_) {
    // The reference implementation takes keys and values from the input itself, but query and residual after the norm.
    case Norm::kPaper: {
      const auto query = attention_norm_(x);
      const auto y = feed_forward_norm_(query + attention_(query, x, lengths));
      return y + feed_forward_(y);
    }
    case Norm::kPre: {
      const auto normed = attention_norm_(x);
      const auto h = x + dropped(attention_(normed, normed, lengths), dropout_, is_training());
      return h + feed_forward_(feed_forward_norm_(h));
    }
    case Norm::kPost: {
      const auto h = attention_norm_(x + dropped(attention_(x, x, lengths), dropout_, is_training()));
      return feed_forward_norm_(h + feed_forward_(h));
    }
  }
  TORCH_CHECK(false, "unknown norm placement");
}

SasrecImpl::SasrecImpl(const checkpoint::ModelConfig& config, double item_deviation)
    : config_(config),
      item_embedding_(register_parameter("item_embedding",
                                         torch::empty({signed_size(config.items) + 1, signed_size(config.hidden)}))),
      position_embedding_(register_parameter(
          "position_embedding", torch::empty({signed_size(config.max_length), signed_size(config.hidden)}))),
      blocks_(register_module("blocks", torch::nn::ModuleList())),
      final_norm_(register_module("final_norm", layer_norm(config.hidden))) {
  for (std::size_t i = 0; i < config.blocks; ++i) blocks_->push_back(Block(config));
  // Matrices begin as in the common implementation. Embeddings use another deviation: Xavier's would depend on
  // the number of items.
  const at::NoGradGuard no_grad;
  for (auto& parameter : named_parameters()) {
    if (parameter.key() == "item_embedding") {
      torch::nn::init::normal_(parameter.value(), 0.0, item_deviation);
    } else if (parameter.key() == "position_embedding") {
      torch::nn::init::normal_(parameter.value(), 0.0, 0.02);
    } else if (parameter.value().dim() == 2) {
      torch::nn::init::xavier_normal_(parameter.value());
    } else if (parameter.key().ends_with(".bias")) {
      parameter.value().zero_();
    }
  }
  item_embedding_[0].zero_();  // padding adds nothing to a state
}

PackedSequences SasrecImpl::pack_histories(std::span<const std::span<const base::ItemIndex>> histories) const {
  const auto pad_to = config_.padding == checkpoint::Padding::kIgnored ? PadTo::kNothing : PadTo::kMaxLength;
  return pack(histories, config_.max_length, item_embedding_.device(), pad_to);
}

Tensor SasrecImpl::forward(const PackedSequences& sequences) {
  const double scale = std::sqrt(static_cast<double>(config_.hidden));
  auto x = torch::embedding(item_embedding_, sequences.items) * scale +
           torch::embedding(position_embedding_, sequences.positions);
  Tensor real;  // [T, 1], 0 at padding; packed histories have none
  if (config_.padding != checkpoint::Padding::kIgnored) {
    real = sequences.items.ne(0).to(x.dtype()).unsqueeze(1);
    x = x * real;
  }
  x = dropped(x, config_.dropout, is_training());
  for (const auto& block : *blocks_) {
    x = block->as<Block>()->forward(x, sequences.lengths);
    if (config_.padding == checkpoint::Padding::kZeroed) x = x * real;
  }
  return final_norm_(x);
}

Tensor SasrecImpl::final_states(const PackedSequences& sequences) {
  return forward(sequences).index_select(0, sequences.last);
}

Tensor SasrecImpl::item_table() const {
  return item_embedding_.narrow(0, 1, signed_size(config_.items));
}

}  // namespace sasrec::training
