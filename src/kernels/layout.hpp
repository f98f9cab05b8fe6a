#pragma once

// Included by table.hpp: the same rules.
#include <cstddef>

namespace sasrec::kernels {

/// Matrices are row-major with a row stride. Unless a function says otherwise, a row of `width` floats is followed by
/// zeros up to the next multiple of kPanel (readable, and written as zeros), so no kernel has a tail; strides may be
/// any number from there on. No pointer needs an alignment; 64 bytes are fastest.
inline constexpr std::size_t kPanel = 16;

/// Queries that attend() works on at a time: the rows of its scratch memory.
inline constexpr std::size_t kAttentionRows = 6;

/// `width` up to the next multiple of kPanel. Static: each file compiles its own.
static constexpr std::size_t round_up(std::size_t width) {
  return (width + kPanel - 1) / kPanel * kPanel;
}

}  // namespace sasrec::kernels
