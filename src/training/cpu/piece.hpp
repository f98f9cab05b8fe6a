#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "training/batch.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// Consecutive sequences of a packed batch that are computed together. A piece is small enough that the output of one
/// layer is still in the cache when the next one reads it.
struct CpuPiece {
  std::size_t first = 0;                    ///< its first row in the batch
  std::size_t rows = 0;                     ///< of all its sequences together
  std::span<const std::int64_t> lengths;    ///< of each sequence
  std::span<const std::uint64_t> seeds;     ///< of each sequence's dropout
  const std::int64_t* items = nullptr;      ///< [rows]
  const std::int64_t* positions = nullptr;  ///< [rows]
};

/// The values of a block's forward pass that its backward pass needs. The distance between rows is the channels'
/// stride.
struct CpuBlockStates {
  kernels::FloatBuffer input;                           ///< [rows, hidden]
  kernels::FloatBuffer normed;                          ///< [rows, hidden]: attention_norm(input); not for norm post
  kernels::FloatBuffer queries, keys, values, context;  ///< [rows, by heads]
  kernels::FloatBuffer weights;      ///< of each sequence and head: kernels::head_weights of its length
  kernels::FloatBuffer middle;       ///< [rows, hidden]: attention and its residual
  kernels::FloatBuffer inner_input;  ///< [rows, hidden]: input of the feed-forward layers
  kernels::FloatBuffer inner_sum;    ///< [rows, feed_forward]: before the activation; gelu only
  kernels::FloatBuffer inner;        ///< [rows, feed_forward]: after activation and dropout
  kernels::FloatBuffer sum;          ///< [rows, hidden]: the block's output before its norm; norm post only
};

/// The values of a piece's forward pass. One object serves piece after piece: it keeps its memory and grows if needed.
struct CpuStates {
  void make_room(const CpuWeights& weights, const CpuPiece& piece);

  std::vector<CpuBlockStates> blocks;
  kernels::FloatBuffer last;     ///< [rows, hidden]: the last block's output
  kernels::FloatBuffer states;   ///< [rows, hidden]: final_norm(last)
  kernels::FloatBuffer scratch;  ///< for kernels::TrainedHead
};

/// Makes room for `size` floats. If the buffer grows, its contents are lost.
void grow(kernels::FloatBuffer& buffer, std::size_t size);

/// Cuts the sequences of a batch into pieces. `seeds` and the batch's tensors must outlive them.
std::vector<CpuPiece> cut(const PackedSequences& sequences, std::span<const std::uint64_t> seeds);

}  // namespace sasrec::training
