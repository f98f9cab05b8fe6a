#pragma once

#include "kernels/vector_math.hpp"

namespace sasrec::kernels {
namespace {

/// Lines whose products can be added in 16 bits: each gives two sums of two, at most 2 * 15 * 127.
inline constexpr std::size_t kLinesOf16Bits = 4;

/// Codes: 16 sums, see make_kernels.hpp. Lines: how many a block has, or 0 for any number.
template <class Codes, std::size_t Lines>
void match_lines(const CodeBlocks& m, const float* factors, const float* limits, int* sums, unsigned long* found) {
  const std::size_t lines = Lines != 0 ? Lines : m.lines;
  const signed char* const query = m.query;
  for (std::size_t b = 0; b < m.blocks; b += 4) {
    unsigned long four = 0;
    for (std::size_t n = b; n < b + 4; ++n) {
      const auto block = Codes::template sum<Lines>(m.codes + n * lines * kCodeLine, lines, query);
      block.store(sums + n * kCodeItems);
      four |= static_cast<unsigned long>(block.at_least(factors[n], limits[n])) << (n - b) * kCodeItems;
    }
    found[b / 4] = four;
  }
}

template <class Codes>
void match_codes(const CodeBlocks& m, const float* factors, const float* limits, int* sums, unsigned long* found) {
  // The usual width is known at compile time: its query stays in registers.
  const auto match = m.lines == 64 / kCodeColumns ? match_lines<Codes, 64 / kCodeColumns> : match_lines<Codes, 0>;
  match(m, factors, limits, sums, found);
}

}  // namespace
}  // namespace sasrec::kernels
