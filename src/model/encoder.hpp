#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/ids.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/config.hpp"
#include "kernels/kernels.hpp"
#include "model/weights.hpp"
#include "model/workspace.hpp"

namespace sasrec::model {

/// The forward pass of SASRec: computes a user's state from a history. SASRec, Kang & McAuley 2018 (arXiv:1808.09781),
/// section III; the config decides about padding and the place of the norms. The last block is computed for the newest
/// position only. Immutable; thread-safe with one Workspace per thread.
class Encoder {
 public:
  /// Copies and packs the weights. The checkpoint may be closed afterwards.
  explicit Encoder(const checkpoint::Checkpoint& checkpoint, const kernels::Kernels& kernels = kernels::best())
      : Encoder(checkpoint.config(), [&](std::string_view name) { return checkpoint.tensor(name); }, kernels) {}

  /// The same from tensors in memory, with the shapes of tensor_specs(config). `config` must pass validate().
  Encoder(const checkpoint::ModelConfig& config, const TensorLookup& tensor,
          const kernels::Kernels& kernels = kernels::best());

  const checkpoint::ModelConfig& config() const { return weights_->config; }

  /// Makes scratch memory for one thread, large enough for any history: encode() allocates nothing.
  Workspace make_workspace() const { return Workspace(*weights_); }

  /// Computes the state of a history at its newest item.
  ///
  /// history     known items, oldest first, each in [1, items]; not empty; only the newest max_length are used
  /// state       [hidden], written
  /// attention   empty, or written: one value per used item, how much the newest position attends to it in the last
  ///             block, averaged over the heads. The values sum to 1, less the part of padding if the model has padding
  void encode(std::span<const base::ItemIndex> history, Workspace& workspace, std::span<float> state,
              std::span<float> attention = {}) const;

 private:
  std::unique_ptr<const Weights> weights_;
};

}  // namespace sasrec::model
