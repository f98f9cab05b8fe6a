#pragma once

#include "kernels/vector_math.hpp"

namespace sasrec::kernels {
namespace {

/// How many blocks ahead memory is prefetched while a block is multiplied by several queries.
inline constexpr std::size_t kBlocksAhead = 16;

/// Prefetches a block. After the last one of a group comes the next group, or memory that is not ours: prefetching that
/// does nothing.
inline void prefetch_block(CodeMatch m, std::size_t block) {
  for (std::size_t l = 0; l < m.lines; ++l) __builtin_prefetch(m.codes + (block * m.lines + l) * kCodeLine);
}

/// Stores the sums of a block for query q, and which of them exceed the limit.
template <class Totals>
void keep_sums(CodeMatch m, std::size_t q, std::size_t block, const Totals& totals) {
  const std::size_t at = q * m.blocks + block;
  totals.store(m.sums + at * kCodeItems);
  m.found[at] = static_cast<unsigned short>(totals.above(m.limits[at]));
}

/// Multiplies a block by one query. Lines: the number of lines if known at compile time, otherwise 0.
template <class Codes, std::size_t Lines>
void match_packed(CodeMatch m, std::size_t block) {
  const std::size_t lines = Lines != 0 ? Lines : m.lines;
  const unsigned char* const codes = m.codes + block * lines * kCodeLine;
  const signed char* const query = m.queries[0];
  Codes sums = Codes::zero();
  if constexpr (Codes::kAhead != 0) prefetch_block(m, block + Codes::kAhead);
  for (std::size_t l = 0; l < lines; ++l) {
    const auto line = Codes::unpack(codes + l * kCodeLine);
    sums.add(line.low, query + l * kCodeColumns);
    sums.add(line.high, query + l * kCodeColumns + 4);
  }
  keep_sums(m, 0, block, sums.total());
}

/// Multiplies an unpacked block by the queries from `first` on, as many at a time as the registers allow.
template <class Codes, std::size_t Lines, std::size_t Queries>
void match_unpacked(CodeMatch m, std::size_t first, std::size_t block) {
  for (; first + Queries <= m.count; first += Queries) {
    const signed char* queries[Queries];
    Codes sums[Queries];
    for (std::size_t q = 0; q < Queries; ++q) {
      queries[q] = m.queries[first + q];
      sums[q] = Codes::zero();
    }
    // Four columns per iteration: with two additions to a sum the compiler adds the products first, and runs out of
    // registers.
    const std::size_t lines = Lines != 0 ? Lines : m.lines;
#pragma GCC unroll 4
    for (std::size_t n = 0; n < 2 * lines; ++n) {
      const auto four = Codes::load(m.unpacked + n * kCodeLine);
      for (std::size_t q = 0; q < Queries; ++q) sums[q].add(four, queries[q] + 4 * n);
    }
    for (std::size_t q = 0; q < Queries; ++q) keep_sums(m, first + q, block, sums[q].total());
  }
  if constexpr (Queries > 1) match_unpacked<Codes, Lines, Queries / 2>(m, first, block);
}

template <class Codes, std::size_t Lines>
void match_lines(CodeMatch m) {
  for (std::size_t b = 0; b < m.blocks; ++b) {
    if (m.count == 1) {
      match_packed<Codes, Codes::kQueryStays ? Lines : 0>(m, b);
      continue;
    }
    prefetch_block(m, b + kBlocksAhead);
    for (std::size_t l = 0; l < m.lines; ++l) {
      const auto line = Codes::unpack(m.codes + (b * m.lines + l) * kCodeLine);
      Codes::store(line.low, m.unpacked + 2 * l * kCodeLine);
      Codes::store(line.high, m.unpacked + (2 * l + 1) * kCodeLine);
    }
    match_unpacked<Codes, Lines, Codes::kQueries>(m, 0, b);
  }
}

inline void limit_codes(const CodeLimits& given) {
  constexpr float kMax = 1e9F;
  const CodeLimits m = given;  // a copy: the compiler knows that writing `limits` can't change it
  for (std::size_t b = 0; b < m.blocks; ++b) {
    const float limit = (m.reached - m.errors[b] * m.length) * m.steps[b] + m.center;
    const float below = limit < kMax ? limit : kMax;
    m.limits[b] = static_cast<int>(below > -kMax ? below : -kMax) - 2;
  }
}

template <class Codes>
void match_codes(const CodeMatch& m) {
  // The usual width is known at compile time: its query stays in registers where these are many.
  const auto match = m.lines == 64 / kCodeColumns ? match_lines<Codes, 64 / kCodeColumns> : match_lines<Codes, 0>;
  match(m);
}

}  // namespace
}  // namespace sasrec::kernels
