#pragma once

#include "kernels/aligned_buffer.hpp"
#include "training/cpu/dropout.hpp"
#include "training/cpu/gradients.hpp"
#include "training/cpu/piece.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// Gradients on their way back through a piece. Rows lie as far apart as the channels' stride.
struct CpuBackScratch {
  kernels::FloatBuffer d_states;                     ///< [rows, hidden], by CpuStates::states: the caller's to fill
  kernels::FloatBuffer d_out;                        ///< [rows, hidden], by a block's output, then by its input
  kernels::FloatBuffer d_middle, d_normed, dropped;  ///< [rows, hidden]
  kernels::FloatBuffer d_queries, d_keys, d_values, d_context;  ///< [rows, by heads]
  kernels::FloatBuffer d_inner;                                 ///< [rows, feed_forward]

  void make_room(const CpuWeights& weights, const CpuPiece& piece);
};

/// Adds the piece's gradients by all parameters. `states` as forward() left them with the same dropout; `scratch` with
/// room for the piece and d_states filled, zeros behind each row.
void backward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states,
              CpuBackScratch& scratch, CpuGradients& gradients);

}  // namespace sasrec::training
