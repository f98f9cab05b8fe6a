#pragma once

#include "training/cpu/dropout.hpp"
#include "training/cpu/piece.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// SasrecImpl::forward for a piece on a CPU, without LibTorch: fills `states`, memory included. The same seeds drop the
/// same values whatever else is in the piece.
void forward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states);

}  // namespace sasrec::training
