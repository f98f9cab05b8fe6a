#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/ids.hpp"
#include "benchmarks/same_answer.hpp"
#include "checkpoint/config.hpp"

namespace sasrec::benchmarks {

enum class AttentionKind {
  kDense,  ///< softmax(Q K^T / sqrt(d) + mask) V with every matrix in full, as eager PyTorch computes it
  kFused,  ///< at::scaled_dot_product_attention
};

/// One head of causal attention; all tensors are [batch, length, hidden].
/// mask   [length, length], minus infinity where a query must not look; kFused needs none
class PeerAttentionImpl : public torch::nn::Module {
 public:
  PeerAttentionImpl(std::int64_t hidden, double dropout, AttentionKind kind);
  at::Tensor forward(const at::Tensor& query, const at::Tensor& key_value, const at::Tensor& mask);

 private:
  AttentionKind kind_;
  double dropout_;
  torch::nn::Linear query_, key_, value_, output_;
};
TORCH_MODULE(PeerAttention);

class PeerFeedForwardImpl : public torch::nn::Module {
 public:
  PeerFeedForwardImpl(std::int64_t hidden, std::int64_t width, double dropout);
  at::Tensor forward(const at::Tensor& x);

 private:
  torch::nn::Dropout dropout_;
  torch::nn::Linear in_, out_;
};
TORCH_MODULE(PeerFeedForward);

class PeerBlockImpl : public torch::nn::Module {
 public:
  PeerBlockImpl(const checkpoint::ModelConfig& config, AttentionKind kind);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& mask);

 private:
  PeerAttention attention_;
  PeerFeedForward feed_forward_;
  torch::nn::LayerNorm attention_norm_, feed_forward_norm_;
};
TORCH_MODULE(PeerBlock);

/// SASRec in LibTorch the straight way, operation by operation what the common Python implementation does: every
/// sequence of a batch is padded on the left to one length, and padding is computed like anything else. Parameters have
/// the names of checkpoint::tensor_specs. For configs with one head, relu and the paper's norm placement.
class LibtorchPeerImpl : public torch::nn::Module {
 public:
  LibtorchPeerImpl(const checkpoint::ModelConfig& config, AttentionKind kind);

  /// Copies the weights in.
  void load(const std::function<std::span<const float>(std::string_view name)>& weights);

  /// items    int64 [batch, length], 0 is padding
  /// returns  [batch, length, hidden]
  at::Tensor forward(const at::Tensor& items);

  /// The paper's loss: items, targets and negatives int64 [batch, length]; mean over the targets that aren't padding.
  at::Tensor loss(const at::Tensor& items, const at::Tensor& targets, const at::Tensor& negatives);

  /// One request: the k best items that aren't in the history, which isn't padded here.
  PeerBest top_k(std::span<const base::ItemIndex> history, std::int64_t k);

 private:
  AttentionKind kind_;
  double scale_;
  at::Tensor item_embedding_, position_embedding_;
  torch::nn::Dropout dropout_;
  torch::nn::ModuleList blocks_;
  torch::nn::LayerNorm final_norm_;
};
TORCH_MODULE(LibtorchPeer);

}  // namespace sasrec::benchmarks
