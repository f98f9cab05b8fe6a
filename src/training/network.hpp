#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <span>
#include <vector>

#include "checkpoint/config.hpp"
#include "training/batch.hpp"

namespace sasrec::training {

/// Multi-head attention's four projections and the causal attention between them.
class AttentionImpl : public torch::nn::Module {
 public:
  AttentionImpl(std::int64_t hidden, std::int64_t heads, double dropout);
  /// query, key_value   [T, hidden]
  at::Tensor forward(const at::Tensor& query, const at::Tensor& key_value, const std::vector<std::int64_t>& lengths);

 private:
  std::int64_t heads_;
  double dropout_;
  torch::nn::Linear query_, key_, value_, output_;
};
TORCH_MODULE(Attention);

/// Position-wise feed-forward layers: in, activation, out, with dropout after each. The block adds the residual.
class FeedForwardImpl : public torch::nn::Module {
 public:
  FeedForwardImpl(std::int64_t hidden, std::int64_t width, checkpoint::Activation activation, double dropout);
  at::Tensor forward(const at::Tensor& x);

 private:
  checkpoint::Activation activation_;
  double dropout_;
  torch::nn::Linear in_, out_;
};
TORCH_MODULE(FeedForward);

class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(const checkpoint::ModelConfig& config);
  at::Tensor forward(const at::Tensor& x, const std::vector<std::int64_t>& lengths);

 private:
  checkpoint::Norm norm_;
  double dropout_;
  Attention attention_;
  FeedForward feed_forward_;
  torch::nn::LayerNorm attention_norm_, feed_forward_norm_;
};
TORCH_MODULE(Block);

/// SASRec (Kang & McAuley 2018, arXiv:1808.09781, section III) on packed sequences, without computing any padding.
/// named_parameters() has exactly the names and shapes of checkpoint::tensor_specs. An imported model may need padding
/// (Padding::kKept or kZeroed): then every history is padded on the left to max_length.
class SasrecImpl : public torch::nn::Module {
 public:
  /// Weights are drawn from torch's generator: seed it first.
  /// item_deviation   standard deviation of the item embedding's normal distribution at the start
  explicit SasrecImpl(const checkpoint::ModelConfig& config, double item_deviation = 0.02);

  /// Packs histories as this model's config requires, on the model's device.
  PackedSequences pack_histories(std::span<const std::span<const base::ItemIndex>> histories) const;
  /// States [T, hidden] of all tokens.
  at::Tensor forward(const PackedSequences& sequences);
  /// States [S, hidden] at the newest item of each sequence.
  at::Tensor final_states(const PackedSequences& sequences);
  /// [items + 1, hidden]; row 0 is padding.
  const at::Tensor& item_embedding() const { return item_embedding_; }
  /// The items' embeddings without the padding row: [items, hidden]; row i belongs to ItemIndex i + 1.
  at::Tensor item_table() const;

  const checkpoint::ModelConfig& config() const { return config_; }

 private:
  checkpoint::ModelConfig config_;
  at::Tensor item_embedding_, position_embedding_;
  torch::nn::ModuleList blocks_;
  torch::nn::LayerNorm final_norm_;
};
TORCH_MODULE(Sasrec);

}  // namespace sasrec::training
