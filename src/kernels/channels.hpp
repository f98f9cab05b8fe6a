#pragma once

#include <cstddef>

#include "kernels/table.hpp"

namespace sasrec::kernels {

/// How `width` channels lie in memory: in groups that each begin at a multiple of kPanel, zeros between. With
/// one head the whole state is one group; what lies by heads has a group per head.
struct Channels {
  std::size_t width;
  std::size_t group;

  std::size_t at(std::size_t channel) const { return channel / group * round_up(group) + channel % group; }
  std::size_t depth() const { return at(width - 1) + 1; }   ///< floats up to the last channel
  std::size_t stride() const { return round_up(depth()); }  ///< floats of a row
};

}  // namespace sasrec::kernels
