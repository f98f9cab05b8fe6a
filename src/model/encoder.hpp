#pragma once

#include <memory>
#include <span>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/config.hpp"
#include "kernels/kernels.hpp"
#include "model/workspace.hpp"

namespace sasrec::model {

/// The SASRec forward pass: a history in, the user's state at its newest item out.
/// SASRec, Kang & McAuley 2018 (arXiv:1808.09781), section III; norm placement and padding by the config.
/// The last block is computed for the newest position only. Immutable; thread-safe with one Workspace per thread.
class Encoder {
 public:
  /// Copies and packs the weights: the checkpoint may be closed afterwards.
  Encoder(const checkpoint::Checkpoint& checkpoint, const kernels::Kernels& kernels = kernels::best());
  ~Encoder();
  Encoder(Encoder&&) noexcept;

  const checkpoint::ModelConfig& config() const;

  /// Scratch memory for one thread, enough for any history: encode() allocates nothing.
  Workspace make_workspace() const;

  /// history   known items, oldest first, each in [1, items]; only the newest max_length are used; not empty
  /// state     [hidden], written
  void encode(std::span<const base::ItemIndex> history, Workspace& workspace, std::span<float> state) const;

 private:
  struct Weights;
  std::unique_ptr<Weights> weights_;
};

}  // namespace sasrec::model
