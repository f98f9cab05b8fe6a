#pragma once

#include <ATen/core/Tensor.h>

namespace sasrec::training {

// T tokens, I items, M shared negatives. `states` [T, hidden] are the encoder's outputs, `targets` int64 [T] hold
// ItemIndex values (1 to I), `table` [I + 1, hidden] is the item embedding. Each returns the mean over tokens,
// differentiable in states and table.

/// Binary cross-entropy, one negative per token. SASRec, Kang & McAuley 2018, equation 6.
///
/// negatives   int64 [T]
at::Tensor bce_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                    const at::Tensor& negatives);

/// Generalised binary cross-entropy: the positive's sigmoid is raised to beta(t), which undoes the overconfidence that
/// negative sampling brings. A negative that equals a token's target is left out for that token. The gradient is
/// divided by M + 1 as in gSASRec, Petrov & Macdonald 2023 (arXiv:2308.07192), equations 9 and 10.
///
/// negatives   int64 [M], shared by all tokens
/// t           calibration: 0 keeps the sigmoid as it is, 1 corrects it fully
at::Tensor gbce_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                     const at::Tensor& negatives, double t);

/// Cross-entropy over the whole catalogue, forward and backward at once. Only the logits of 96 tokens are in memory at
/// a time (tiled_softmax.hpp). On a GPU, or with another type than fp32, LibTorch computes the loss in blocks of 32 or
/// more tokens.
at::Tensor softmax_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets);

/// Cross-entropy over the target and M shared negatives drawn with probability q: a negative's logit is lowered by
/// log(M q), so that the sum over them estimates the sum over the catalogue (Bengio & Senécal 2008). The target's own
/// logit is exact and needs no correction. A negative that equals a token's target is left out for that token.
///
/// negatives      int64 [M], shared by all tokens
/// log_expected   fp32 [M], log(M q) of each negative
at::Tensor sampled_softmax_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                                const at::Tensor& negatives, const at::Tensor& log_expected);

}  // namespace sasrec::training
