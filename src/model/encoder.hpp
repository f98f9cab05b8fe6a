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

/// The SASRec forward pass: a history in, the user's state at its newest item out.
/// SASRec, Kang & McAuley 2018 (arXiv:1808.09781), section III; norm placement and padding by the config.
/// The last block is computed for the newest position only. Immutable; thread-safe with one Workspace per thread.
class Encoder {
 public:
  /// Copies and packs the weights: the checkpoint may be closed afterwards.
  explicit Encoder(const checkpoint::Checkpoint& checkpoint, const kernels::Kernels& kernels = kernels::best())
      : Encoder(checkpoint.config(), [&](std::string_view name) { return checkpoint.tensor(name); }, kernels) {}

  /// The same from tensors in memory, each of the shape that tensor_specs(config) gives it. config: as validate() wants
  /// it.
  Encoder(const checkpoint::ModelConfig& config, const TensorLookup& tensor,
          const kernels::Kernels& kernels = kernels::best());

  const checkpoint::ModelConfig& config() const { return weights_->config; }

  /// Scratch memory for one thread, enough for any history: encode() allocates nothing.
  Workspace make_workspace() const { return Workspace(*weights_); }

  /// history   known items, oldest first, each in [1, items]; only the newest max_length are used; not empty
  /// state     [hidden], written
  /// attention empty, or one for each item that is used, written: how much the newest position attends to it in the
  /// last
  ///           block, the mean over the heads. They sum to 1, but for what padding takes where it takes part
  void encode(std::span<const base::ItemIndex> history, Workspace& workspace, std::span<float> state,
              std::span<float> attention = {}) const;

 private:
  std::unique_ptr<const Weights> weights_;
};

}  // namespace sasrec::model
