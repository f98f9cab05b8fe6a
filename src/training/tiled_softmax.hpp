#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "kernels/kernels.hpp"

namespace sasrec::training {

/// The rows of `items` that each token leaves out: for token t they are rows[begin[t]] to rows[begin[t + 1] - 1].
struct LeftOut {
  std::vector<std::size_t> begin;  ///< [T + 1]
  std::vector<std::size_t> rows;
};

/// The cross-entropies of T tokens, each over its own positive and over I items that all tokens share. All tensors are
/// fp32 on a CPU.
struct SoftmaxProblem {
  at::Tensor states;     ///< [T, hidden]
  at::Tensor positives;  ///< [T, hidden], embedding of each token's positive
  at::Tensor items;      ///< [I, hidden]
  at::Tensor offsets;    ///< [I], subtracted from an item's logits; or undefined
  LeftOut left_out;
};

/// The mean of the cross-entropies and its gradients.
struct SoftmaxGradients {
  double loss = 0;
  at::Tensor states;           ///< [T, hidden]
  at::Tensor items;            ///< [I, hidden]
  at::Tensor positive_logits;  ///< [T], gradient of the logit; times the token's state: gradient of its positive
};

/// Computes losses and gradients at once, for a block of 96 tokens at a time. For each tile of items one product gives
/// the logits. They stay in the cache until their exponentials are summed up and a second product has added them to the
/// gradient of the states. Exponentials are relative to the largest logit so far; when it rises, the sums are scaled
/// down. The exponentials are stored for the third product, the gradient of the items, which needs the whole sum.
///
/// cost     3 T I hidden multiply-adds and T I exponentials
/// memory   96 I floats besides the result, never T I floats
/// threads  torch's, which share the items; inside at::parallel_for only the calling thread
SoftmaxGradients tiled_softmax(const SoftmaxProblem& problem, const kernels::Kernels& kernels = kernels::best());

}  // namespace sasrec::training
