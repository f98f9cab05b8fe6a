#include "training/cpu/piece.hpp"

#include <algorithm>

namespace sasrec::training {

void grow(kernels::FloatBuffer& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = kernels::FloatBuffer(size);
}

std::vector<CpuPiece> cut(const PackedSequences& sequences, std::span<const std::uint64_t> seeds) {
  // Short sequences share a piece, since each piece adds once to the gradients of all weights. 128 rows fit the cache.
  constexpr std::size_t kRows = 128;
  const auto* items = sequences.items.const_data_ptr<std::int64_t>();
  const auto* positions = sequences.positions.const_data_ptr<std::int64_t>();
  const std::span<const std::int64_t> lengths(sequences.lengths);
  std::vector<CpuPiece> pieces;
  std::size_t row = 0;
  for (std::size_t begin = 0, end = 0; begin < lengths.size(); begin = end) {
    std::size_t rows = 0;
    while (end < lengths.size() && (end == begin || rows + static_cast<std::size_t>(lengths[end]) <= kRows)) {
      rows += static_cast<std::size_t>(lengths[end++]);
    }
    pieces.push_back({.first = row,
                      .rows = rows,
                      .lengths = lengths.subspan(begin, end - begin),
                      .seeds = seeds.subspan(begin, end - begin),
                      .items = items + row,
                      .positions = positions + row});
    row += rows;
  }
  return pieces;
}

void CpuStates::make_room(const CpuWeights& weights, const CpuPiece& piece) {
  const auto& config = weights.config;
  const std::size_t hidden = piece.rows * weights.hidden.stride();
  const std::size_t by_heads = piece.rows * weights.by_heads.stride();
  const std::size_t inner = piece.rows * weights.feed_forward.stride();
  // Attention weights are kept for every head: the backward pass would need two more products to compute them again.
  std::size_t attention = 0;
  std::size_t longest = 0;
  for (const auto length : piece.lengths) {
    attention += config.heads * kernels::head_weights(static_cast<std::size_t>(length));
    longest = std::max(longest, static_cast<std::size_t>(length));
  }
  blocks.resize(config.blocks);
  for (auto& block : blocks) {
    for (auto* buffer : {&block.input, &block.middle, &block.inner_input}) grow(*buffer, hidden);
    for (auto* buffer : {&block.queries, &block.keys, &block.values, &block.context}) grow(*buffer, by_heads);
    grow(block.weights, attention);
    grow(block.inner, inner);
    if (config.norm == checkpoint::Norm::kPost) {
      grow(block.sum, hidden);
    } else {
      grow(block.normed, hidden);
    }
    if (config.activation == checkpoint::Activation::kGelu) grow(block.inner_sum, inner);
  }
  grow(last, hidden);
  grow(states, hidden);
  grow(scratch, kernels::head_scratch(longest, weights.by_heads.group));
}

}  // namespace sasrec::training
