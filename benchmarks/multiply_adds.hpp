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

/// The same where the last block is computed for the newest item only, as the engine does: its projections of one row
/// (keys and values folded into the query and the weighted sum), and two passes over the rows.
inline double multiply_adds_of_newest(checkpoint::ModelConfig config, std::size_t length) {
  const auto hidden = static_cast<double>(config.hidden);
  const auto last =
      hidden * (4 * hidden + 2 * static_cast<double>(config.feed_forward) + 2 * static_cast<double>(length));
  config.blocks -= 1;
  return multiply_adds_of_all(config, length) + last;
}

}  // namespace sasrec::benchmarks
