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

/// What a share of a step comes to.
struct ShareGradients {
  double loss = 0;
  std::vector<at::Tensor> of_parameters;
};

/// Loss and gradients of a share of a step on one thread, by the kernels. Memory is kept from step to step.
class CpuShare {
 public:
  /// `weights` must outlive it.
  explicit CpuShare(const CpuWeights& weights) : weights_(weights), gradients_(weights) {}

  /// weight * bce_loss. Each piece goes there and back before the next one comes, and stays in the cache. The gradients
  /// of the embeddings are valid until the next call.
  /// seeds   of the dropout of each of the batch's sequences
  ShareGradients bce(const TrainingBatch& batch, std::span<const std::uint64_t> seeds, const CpuDropout& dropout,
                     double weight);

  /// A loss of all states at once, by LibTorch. loss([T, hidden]) is differentiable, by the item embedding too.
  ShareGradients any(const PackedSequences& inputs, std::span<const std::uint64_t> seeds, const CpuDropout& dropout,
                     const std::function<at::Tensor(const at::Tensor& states)>& loss);

 private:
  /// Fills back_.d_states with the gradient by the piece's states, adds those by the items; returns the loss.
  double compare(const CpuPiece& piece, const std::int64_t* targets, const std::int64_t* negatives, double weight,
                 const CpuStates& states);

  const CpuWeights& weights_;
  CpuGradients gradients_;
  std::vector<CpuStates> states_;  ///< bce: one for all pieces; else of each
  CpuBackScratch back_;
  kernels::FloatBuffer positives_, negatives_;  ///< [rows, hidden] of a piece
  kernels::FloatBuffer logits_;                 ///< [2, rows]
};

}  // namespace sasrec::training
