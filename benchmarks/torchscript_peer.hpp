#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/ids.hpp"
#include "benchmarks/same_answer.hpp"
#include "checkpoint/config.hpp"

namespace sasrec::benchmarks {

/// A request of SASRec as a TorchScript module, operation by operation what LibtorchPeer with kFused does, but frozen:
/// its weights are constants, and torch::jit has optimised it for inference. For the configs that LibtorchPeer is for.
class TorchscriptPeer {
 public:
  TorchscriptPeer(const checkpoint::ModelConfig& config,
                  const std::function<std::span<const float>(std::string_view name)>& weights);

  /// The k best items that aren't in the history, which isn't padded. The first calls for a length are slow: they find
  /// out the shapes.
  PeerBest top_k(std::span<const base::ItemIndex> history, std::int64_t k);

 private:
  torch::jit::Module module_;
};

}  // namespace sasrec::benchmarks
