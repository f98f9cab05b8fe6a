#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "training/batch.hpp"
#include "training/cpu/backward.hpp"
#include "training/cpu/dropout.hpp"
#include "training/cpu/gradients.hpp"
#include "training/cpu/piece.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// The result of a share of a step: its part of the loss, and its gradients.
struct ShareGradients {
  double loss = 0;
  std::vector<at::Tensor> of_parameters;
};

/// Computes loss and gradients of a share of a step with the kernels, on one thread. It keeps its memory from step to
/// step. One per thread.
class CpuShare {
 public:
  /// `weights` must outlive this object.
  explicit CpuShare(const CpuWeights& weights) : weights_(weights), gradients_(weights) {}

  /// Computes weight * bce_loss. Each piece is run forward and backward before the next one begins, so it stays in the
  /// cache. The gradients of the embeddings are valid until the next call.
  ///
  /// seeds   one per sequence of the batch, for its dropout
  ShareGradients bce(const TrainingBatch& batch, std::span<const std::uint64_t> seeds, const CpuDropout& dropout,
                     double weight);

  /// Computes a loss of all states at once, with LibTorch.
  ///
  /// loss   of the states [T, hidden]; differentiable, also with respect to the item embedding
  ShareGradients any(const PackedSequences& inputs, std::span<const std::uint64_t> seeds, const CpuDropout& dropout,
                     const std::function<at::Tensor(const at::Tensor& states)>& loss);

 private:
  /// Sets back_.d_states to the gradient of the piece's states, adds the gradients of the items, and returns the loss.
  double compare(const CpuPiece& piece, const std::int64_t* targets, const std::int64_t* negatives, double weight,
                 const CpuStates& states);

  const CpuWeights& weights_;
  CpuGradients gradients_;
  std::vector<CpuStates> states_;  ///< one for all pieces with bce(), one per piece with any()
  CpuBackScratch back_;
  kernels::FloatBuffer positives_, negatives_;  ///< [rows, hidden] of a piece
  kernels::FloatBuffer logits_;                 ///< [2, rows]
};

}  // namespace sasrec::training
