#pragma once

#include <cstddef>

#include "checkpoint/config.hpp"

namespace sasrec::benchmarks {

/// Multiply-adds of the matrix products of all blocks for `length` items, every position computed, attention causal.
inline double multiply_adds_of_all(const checkpoint::ModelConfig& config, std::size_t length) {
  const auto hidden = static_cast<double>(config.hidden);
  const auto inner = static_cast<double>(config.feed_forward);
  const auto rows = static_cast<double>(length);
  return static_cast<double>(config.blocks) * rows * hidden * (4 * hidden + 2 * inner + rows + 1);
}

/// Multiply-adds of the engine for `length` items, where it needs fewer (docs/decisions/0004-folded-attention.md): one
/// head, norm as in the paper, a small catalogue. The last block is computed for the newest item only.
inline double multiply_adds_of_newest(const checkpoint::ModelConfig& config, std::size_t length) {
  const auto hidden = static_cast<double>(config.hidden);
  const auto inner = static_cast<double>(config.feed_forward);
  const auto rows = static_cast<double>(length);
  const auto blocks = static_cast<double>(config.blocks);
  const double attention_and_feed_forward = rows * hidden * (2 * inner + rows + 1);
  const double first = config.blocks > 1 ? attention_and_feed_forward + rows * hidden : 0;
  const double middle =
      config.blocks > 2 ? (blocks - 2) * (attention_and_feed_forward + 2 * rows * hidden * hidden) : 0;
  const double last = hidden * (2 * hidden + 2 * inner + 2 * rows);
  return first + middle + last;
}

}  // namespace sasrec::benchmarks
