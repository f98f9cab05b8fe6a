#pragma once

#include <cstddef>

#include "training/cpu/dropout.hpp"
#include "training/cpu/piece.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// Applies dropout to rows [rows, stride], each sequence by its own seed, and adds `residual` unless it is null. `out`
/// may be `in`.
inline void drop_rows(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, std::size_t block,
                      DropoutPlace place, std::size_t stride, const float* in, const float* residual, float* out) {
  for (std::size_t s = 0; s < piece.lengths.size(); ++s) {
    const std::size_t count = static_cast<std::size_t>(piece.lengths[s]) * stride;
    weights.kernels.training.drop(in, residual, count, dropout.at(piece.seeds[s], block, place), out);
    in += count;
    out += count;
    if (residual != nullptr) residual += count;
  }
}

/// Calls work(head, offset) for each head of each sequence. `offset` is the place where the head's rows begin in the
/// block's queries and in all buffers of the same layout.
template <class Work>
void for_each_head(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, std::size_t block,
                   CpuBlockStates& states, float* scratch, const Work& work) {
  const std::size_t stride = weights.by_heads.stride();
  const std::size_t group = weights.by_heads.group;
  float* kept = states.weights.data();
  std::size_t first = 0;
  for (std::size_t s = 0; s < piece.lengths.size(); ++s) {
    const auto rows = static_cast<std::size_t>(piece.lengths[s]);
    for (std::size_t head = 0; head < weights.config.heads; ++head) {
      const std::size_t offset = first * stride + weights.by_heads.at(head * group);
      work(kernels::TrainedHead{.queries = states.queries.data() + offset,
                                .keys = states.keys.data() + offset,
                                .values = states.values.data() + offset,
                                .stride = stride,
                                .rows = rows,
                                .head = group,
                                .dropout = dropout.at(piece.seeds[s], block, DropoutPlace::kWeights, head),
                                .weights = kept,
                                .context = states.context.data() + offset,
                                .scratch = scratch},
           offset);
      kept += kernels::head_weights(rows);
    }
    first += rows;
  }
}

}  // namespace sasrec::training
