#pragma once

#include "training/cpu/dropout.hpp"
#include "training/cpu/piece.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// Runs the forward pass of a piece on a CPU without LibTorch, with the results of SasrecImpl::forward. It fills
/// `states` and allocates their memory if needed. Which values dropout drops depends only on the sequence's seed, not
/// on the rest of the piece.
void forward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states);

}  // namespace sasrec::training
