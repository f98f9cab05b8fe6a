#pragma once

#include <cstddef>

#include "kernels/table.hpp"

namespace sasrec::kernels {

/// The layout of `width` channels in memory: groups that each begin at a multiple of kPanel, with zeros between. The
/// state is one group; queries, keys and values have a group per head.
struct Channels {
  std::size_t width;
  std::size_t group;

  std::size_t at(std::size_t channel) const { return channel / group * round_up(group) + channel % group; }
  std::size_t depth() const { return at(width - 1) + 1; }   ///< floats up to the last channel
  std::size_t stride() const { return round_up(depth()); }  ///< floats of a row
};

}  // namespace sasrec::kernels
