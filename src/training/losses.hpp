#pragma once

#include <ATen/core/Tensor.h>

namespace sasrec::training {

// T tokens, I items, M shared negatives. `states` [T, hidden] are the encoder's outputs, `targets` int64 [T] hold
// ItemIndex values (1 to I), `table` [I + 1, hidden] is the item embedding. Each returns the mean over tokens,
// differentiable in states and table.

/// Binary cross-entropy, one negative per token: negatives int64 [T]. SASRec, Kang & McAuley 2018, equation 6.
at::Tensor bce_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                    const at::Tensor& negatives);

/// Generalised binary cross-entropy: the positive's sigmoid is raised to beta(t), which undoes the overconfidence that
/// negative sampling brings. negatives int64 [M] are shared by all tokens; a negative equal to a token's target is left
/// out for it. The gradient is divided by M + 1 as in gSASRec, Petrov & Macdonald 2023 (arXiv:2308.07192), equations 9
/// and 10.
at::Tensor gbce_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                     const at::Tensor& negatives, double t);

/// Cross-entropy over the whole catalogue, forward and backward at once. The logits are never held as a whole: memory
/// is that of 96 tokens' (tiled_softmax.hpp). What isn't fp32 on a CPU LibTorch computes, in blocks of 32 tokens or
/// more.
at::Tensor softmax_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets);

/// Cross-entropy over the target and M shared negatives drawn with probability q: a negative's logit is lowered by
/// log(M q), so that the sum over them estimates the sum over the catalogue (Bengio & Senécal 2008); the target's own
/// logit is exact and needs no correction. A negative equal to a token's target is left out for it. log_expected   fp32
/// [M], log(M q) of each negative
at::Tensor sampled_softmax_loss(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                                const at::Tensor& negatives, const at::Tensor& log_expected);

}  // namespace sasrec::training
