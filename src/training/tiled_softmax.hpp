#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "kernels/kernels.hpp"

namespace sasrec::training {

/// Rows of `items` that a token leaves out: those of token t are rows[begin[t]] to rows[begin[t + 1] - 1].
struct LeftOut {
  std::vector<std::size_t> begin;  ///< [T + 1]
  std::vector<std::size_t> rows;
};

/// Cross-entropies of T tokens, each over its own positive and over items that are the same for all, fp32 on a CPU.
struct SoftmaxProblem {
  at::Tensor states;     ///< [T, hidden]
  at::Tensor positives;  ///< [T, hidden], embedding of each token's positive
  at::Tensor items;      ///< [I, hidden]
  at::Tensor offsets;    ///< [I], what to take off an item's logits; or undefined
  LeftOut left_out;
};

/// The mean of the cross-entropies and its gradients.
struct SoftmaxGradients {
  double loss = 0;
  at::Tensor states;           ///< [T, hidden]
  at::Tensor items;            ///< [I, hidden]
  at::Tensor positive_logits;  ///< [T]; times the token's state it is the gradient of its positive
};

/// Computes both at once, for a block of 96 tokens at a time: one product gives the logits of a tile of items, which
/// stay in the cache until their exponentials have been summed up and, by a second product, have been added to the
/// gradient of the states; the largest logit so far is the reference, and what was summed up by a smaller one is
/// scaled down. The exponentials are kept for the third product, the gradient of the items, which needs the whole sum.
///
/// cost     3 T I hidden multiply-adds and T I exponentials
/// memory   96 I floats besides the result. T I floats are never held
/// On torch's threads, which share the items; on the caller's alone within at::parallel_for.
SoftmaxGradients tiled_softmax(const SoftmaxProblem& problem, const kernels::Kernels& kernels = kernels::best());

}  // namespace sasrec::training
