#pragma once

// Included by the x86 files of one instruction set each. table.hpp says what may be included here.
#include <immintrin.h>

namespace sasrec::kernels {
namespace {

/// Transposes 8 x 8 floats.
inline void transpose8(__m256 (&rows)[8]) {
  const __m256 a = _mm256_unpacklo_ps(rows[0], rows[1]);
  const __m256 b = _mm256_unpackhi_ps(rows[0], rows[1]);
  const __m256 c = _mm256_unpacklo_ps(rows[2], rows[3]);
  const __m256 d = _mm256_unpackhi_ps(rows[2], rows[3]);
  const __m256 e = _mm256_unpacklo_ps(rows[4], rows[5]);
  const __m256 f = _mm256_unpackhi_ps(rows[4], rows[5]);
  const __m256 g = _mm256_unpacklo_ps(rows[6], rows[7]);
  const __m256 h = _mm256_unpackhi_ps(rows[6], rows[7]);
  // Now 4 x 4 within each half of the registers.
  const __m256 low[4] = {_mm256_shuffle_ps(a, c, 0x44), _mm256_shuffle_ps(a, c, 0xee), _mm256_shuffle_ps(b, d, 0x44),
                         _mm256_shuffle_ps(b, d, 0xee)};
  const __m256 high[4] = {_mm256_shuffle_ps(e, g, 0x44), _mm256_shuffle_ps(e, g, 0xee), _mm256_shuffle_ps(f, h, 0x44),
                          _mm256_shuffle_ps(f, h, 0xee)};
  for (int i = 0; i < 4; ++i) {
    rows[i] = _mm256_permute2f128_ps(low[i], high[i], 0x20);
    rows[i + 4] = _mm256_permute2f128_ps(low[i], high[i], 0x31);
  }
}

/// Lane r: the sum of the lanes of rows[r].
inline __m256 sum_each8(__m256 (&rows)[8]) {
  transpose8(rows);
  return _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(rows[0], rows[1]), _mm256_add_ps(rows[2], rows[3])),
                       _mm256_add_ps(_mm256_add_ps(rows[4], rows[5]), _mm256_add_ps(rows[6], rows[7])));
}

/// Transposes 8 x 8 floats from memory to memory.
inline void transpose8(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) {
  __m256 rows[8];
  for (std::size_t r = 0; r < 8; ++r) {
    rows[r] = _mm256_loadu_ps(from + r * from_stride);
  }
  transpose8(rows);
  for (std::size_t r = 0; r < 8; ++r) {
    _mm256_storeu_ps(to + r * to_stride, rows[r]);
  }
}

}  // namespace
}  // namespace sasrec::kernels
