#pragma once

#include "kernels/aligned_buffer.hpp"
#include "training/cpu/dropout.hpp"
#include "training/cpu/gradients.hpp"
#include "training/cpu/piece.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// The gradients of a piece during its backward pass. The distance between rows is the channels' stride.
struct CpuBackScratch {
  kernels::FloatBuffer d_states;                     ///< [rows, hidden], of CpuStates::states; set by the caller
  kernels::FloatBuffer d_out;                        ///< [rows, hidden], of a block's output, then of its input
  kernels::FloatBuffer d_middle, d_normed, dropped;  ///< [rows, hidden]
  kernels::FloatBuffer d_queries, d_keys, d_values, d_context;  ///< [rows, by heads]
  kernels::FloatBuffer d_inner;                                 ///< [rows, feed_forward]

  void make_room(const CpuWeights& weights, const CpuPiece& piece);
};

/// Runs the backward pass of a piece: adds the gradients of all parameters to `gradients`. Not thread-safe for one set
/// of states, scratch and gradients.
///
/// states    as forward() left them with the same dropout
/// scratch   with room for the piece; d_states is set, with zeros after each row's last channel
void backward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states,
              CpuBackScratch& scratch, CpuGradients& gradients);

}  // namespace sasrec::training
