#pragma once

#include "training/cpu_dropout.hpp"
#include "training/cpu_piece.hpp"
#include "training/cpu_weights.hpp"

namespace sasrec::training {

/// SasrecImpl::forward for a piece on a CPU, without LibTorch: fills `states`, memory included. The same seeds drop the
/// same values whatever else is in the piece.
void forward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states);

}  // namespace sasrec::training
