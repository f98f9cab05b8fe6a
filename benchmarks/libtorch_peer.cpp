#include "benchmarks/libtorch_peer.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

namespace sasrec::benchmarks {
namespace {

using at::Tensor;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

std::int64_t signed_size(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

torch::nn::LayerNorm layer_norm(std::size_t hidden) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({signed_size(hidden)}).eps(checkpoint::kNormEpsilon));
}

}  // namespace

PeerAttentionImpl::PeerAttentionImpl(std::int64_t hidden, double dropout, AttentionKind kind)
    : kind_(kind),
      dropout_(dropout),
      query_(register_module("query", torch::nn::Linear(hidden, hidden))),
      key_(register_module("key", torch::nn::Linear(hidden, hidden))),
      value_(register_module("value", torch::nn::Linear(hidden, hidden))),
      output_(register_module("output", torch::nn::Linear(hidden, hidden))) {}

Tensor PeerAttentionImpl::forward(const Tensor& query, const Tensor& key_value, const Tensor& mask) {
  const auto q = query_(query);
  const auto k = key_(key_value);
  const auto v = value_(key_value);
  if (kind_ == AttentionKind::kFused) {
    const auto out = at::scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1), {},
                                                      is_training() ? dropout_ : 0.0, /*is_causal=*/true);
    return output_(out.squeeze(1));
  }
  const auto scores = at::baddbmm(mask, q / std::sqrt(static_cast<double>(q.size(-1))), k.transpose(1, 2));
  const auto weights = at::dropout(at::softmax(scores, -1), dropout_, is_training());
  return output_(at::bmm(weights, v));
}

PeerFeedForwardImpl::PeerFeedForwardImpl(std::int64_t hidden, std::int64_t width, double dropout)
    : dropout_(register_module("dropout", torch::nn::Dropout(dropout))),
      in_(register_module("in", torch::nn::Linear(hidden, width))),
      out_(register_module("out", torch::nn::Linear(width, hidden))) {}

Tensor PeerFeedForwardImpl::forward(const Tensor& x) {
  return dropout_(out_(at::relu(dropout_(in_(x)))));
}

PeerBlockImpl::PeerBlockImpl(const checkpoint::ModelConfig& config, AttentionKind kind)
    : attention_(register_module("attention", PeerAttention(signed_size(config.hidden), config.dropout, kind))),
      feed_forward_(register_module("feed_forward", PeerFeedForward(signed_size(config.hidden),
                                                                    signed_size(config.feed_forward), config.dropout))),
      attention_norm_(register_module("attention_norm", layer_norm(config.hidden))),
      feed_forward_norm_(register_module("feed_forward_norm", layer_norm(config.hidden))) {}

Tensor PeerBlockImpl::forward(const Tensor& x, const Tensor& mask) {
  const auto query = attention_norm_(x);
  const auto y = feed_forward_norm_(query + attention_(query, x, mask));
  return y + feed_forward_(y);
}

LibtorchPeerImpl::LibtorchPeerImpl(const checkpoint::ModelConfig& config, AttentionKind kind)
    : kind_(kind),
      scale_(std::sqrt(static_cast<double>(config.hidden))),
      item_embedding_(register_parameter(
          "item_embedding", at::zeros({signed_size(config.items) + 1, signed_size(config.hidden)}, at::kFloat))),
      position_embedding_(register_parameter(
          "position_embedding", at::zeros({signed_size(config.max_length), signed_size(config.hidden)}, at::kFloat))),
      dropout_(register_module("dropout", torch::nn::Dropout(config.dropout))),
      blocks_(register_module("blocks", torch::nn::ModuleList())),
      final_norm_(register_module("final_norm", layer_norm(config.hidden))) {
  TORCH_CHECK(config.heads == 1 && config.norm == checkpoint::Norm::kPaper &&
              config.activation == checkpoint::Activation::kRelu);
  for (std::size_t i = 0; i < config.blocks; ++i) blocks_->push_back(PeerBlock(config, kind));
}

void LibtorchPeerImpl::load(const std::function<std::span<const float>(std::string_view name)>& weights) {
  const at::NoGradGuard no_grad;
  for (auto& parameter : named_parameters()) {
    // from_blob wants a mutable pointer; the tensor is only read, and lives no longer than this statement.
    auto* const values = const_cast<float*>(weights(parameter.key()).data());  // NOLINT
    parameter.value().copy_(at::from_blob(values, parameter.value().sizes(), at::kFloat));
  }
}

Tensor LibtorchPeerImpl::forward(const Tensor& items) {
  const auto length = items.size(1);
  const auto positions = position_embedding_.narrow(0, position_embedding_.size(0) - length, length);
  auto x = dropout_(at::embedding(item_embedding_, items, /*padding_idx=*/0) * scale_ + positions);
  const auto mask = kind_ == AttentionKind::kDense ? at::full({length, length}, kMinusInfinity).triu(1) : Tensor();
  for (const auto& block : *blocks_) x = block->as<PeerBlock>()->forward(x, mask);
  return final_norm_(x);
}

Tensor LibtorchPeerImpl::loss(const Tensor& items, const Tensor& targets, const Tensor& negatives) {
  const auto states = forward(items);
  const auto real = targets.ne(0);
  const auto logits_of = [&](const Tensor& asked) {
    return (states * at::embedding(item_embedding_, asked, /*padding_idx=*/0)).sum(-1).masked_select(real);
  };
  const auto positive = logits_of(targets);
  const auto negative = logits_of(negatives);
  return at::binary_cross_entropy_with_logits(positive, at::ones_like(positive)) +
         at::binary_cross_entropy_with_logits(negative, at::zeros_like(negative));
}

PeerBest LibtorchPeerImpl::top_k(std::span<const base::ItemIndex> history, std::int64_t k) {
  const c10::InferenceMode inference;
  std::vector<std::int64_t> ids;
  for (const auto item : history) ids.push_back(item.value);
  const auto items = at::tensor(ids);
  const auto state = forward(items.unsqueeze(0)).select(1, -1).squeeze(0);
  auto scores = at::mv(item_embedding_, state);
  scores.index_fill_(0, items, kMinusInfinity);
  scores.select(0, base::kPadding.value).fill_(kMinusInfinity);
  auto [best, positions] = at::topk(scores, k);
  return {best, positions};
}

}  // namespace sasrec::benchmarks
