#pragma once

// Included by table.hpp: the same rules.
#include <cstddef>

namespace sasrec::kernels {

/// Matrices are row-major with a row stride. Unless a function says otherwise, a row of `width` floats is followed by
/// zeros up to the next multiple of kPanel: they can be read and are written as zeros, so no kernel has a tail. A
/// stride is at least that long. No pointer needs an alignment; 64 bytes are fastest.
inline constexpr std::size_t kPanel = 16;

/// The number of queries that attend() processes at a time, and of the rows of its scratch memory.
inline constexpr std::size_t kAttentionRows = 6;

/// Rounds up to a multiple of kPanel. Static, so that each file has its own copy for its instruction set.
static constexpr std::size_t round_up(std::size_t width) {
  return (width + kPanel - 1) / kPanel * kPanel;
}

}  // namespace sasrec::kernels
