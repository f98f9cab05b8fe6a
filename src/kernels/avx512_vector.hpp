#pragma once

// Included by the files built for AVX-512 (see table.hpp).
#include "kernels/transpose8.hpp"
#include "kernels/vector_math.hpp"

namespace sasrec::kernels {
namespace {

/// 16 whole numbers of 32 bits.
struct Bits16 {
  __m512i value;

  static Bits16 set(unsigned value) { return {_mm512_set1_epi32(static_cast<int>(value))}; }
  static Bits16 counting(unsigned first) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return {_mm512_add_epi32(set(first).value, lanes)};
  }
  friend Bits16 operator^(Bits16 a, Bits16 b) { return {_mm512_xor_si512(a.value, b.value)}; }
  friend Bits16 operator*(Bits16 a, Bits16 b) { return {_mm512_mullo_epi32(a.value, b.value)}; }
  friend Bits16 operator>>(Bits16 a, int by) { return {_mm512_srli_epi32(a.value, static_cast<unsigned>(by))}; }
};

struct Avx512 {
  using Bits = Bits16;
  static constexpr std::size_t kWidth = 16;
  // 24 accumulators, 4 vectors of the panels and a factor: 29 of 32 registers.
  static constexpr std::size_t kTileRows = 6;
  static constexpr std::size_t kTilePanels = 4;
  static constexpr std::size_t kTransposed = 8;

  __m512 value;

  static __mmask16 mask(std::size_t count) { return static_cast<__mmask16>((1U << count) - 1U); }

  static Avx512 zero() { return {_mm512_setzero_ps()}; }
  static Avx512 set(float value) { return {_mm512_set1_ps(value)}; }
  static Avx512 load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static Avx512 load_first(const float* from, std::size_t count) { return {_mm512_maskz_loadu_ps(mask(count), from)}; }
  void store(float* to) const { _mm512_storeu_ps(to, value); }
  Avx512 first(std::size_t count) const { return {_mm512_maskz_mov_ps(mask(count), value)}; }
  float sum() const { return _mm512_reduce_add_ps(value); }
  float largest() const { return _mm512_reduce_max_ps(value); }

  static __m256 fold(__m512 value) {
    return _mm256_add_ps(_mm512_castps512_ps256(value), _mm512_extractf32x8_ps(value, 1));
  }
  static Avx512 sum_each(const Avx512 (&sums)[kWidth]) {
    __m256 low[8] = {fold(sums[0].value), fold(sums[1].value), fold(sums[2].value), fold(sums[3].value),
                     fold(sums[4].value), fold(sums[5].value), fold(sums[6].value), fold(sums[7].value)};
    __m256 high[8] = {fold(sums[8].value),  fold(sums[9].value),  fold(sums[10].value), fold(sums[11].value),
                      fold(sums[12].value), fold(sums[13].value), fold(sums[14].value), fold(sums[15].value)};
    return {_mm512_insertf32x8(_mm512_castps256_ps512(sum_each8(low)), sum_each8(high), 1)};
  }
  static void transpose(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) {
    transpose8(from, from_stride, to, to_stride);
  }

  friend Avx512 operator+(Avx512 a, Avx512 b) { return {_mm512_add_ps(a.value, b.value)}; }
  friend Avx512 operator-(Avx512 a, Avx512 b) { return {_mm512_sub_ps(a.value, b.value)}; }
  friend Avx512 operator*(Avx512 a, Avx512 b) { return {_mm512_mul_ps(a.value, b.value)}; }
  friend Avx512 operator/(Avx512 a, Avx512 b) { return {_mm512_div_ps(a.value, b.value)}; }
  friend Avx512 multiply_add(Avx512 a, Avx512 b, Avx512 c) { return {_mm512_fmadd_ps(a.value, b.value, c.value)}; }
  friend Avx512 max(Avx512 a, Avx512 b) { return {_mm512_max_ps(a.value, b.value)}; }
  friend Avx512 min(Avx512 a, Avx512 b) { return {_mm512_min_ps(a.value, b.value)}; }
  friend Avx512 sqrt(Avx512 a) { return {_mm512_sqrt_ps(a.value)}; }
  friend unsigned greater(Avx512 a, Avx512 b) { return _mm512_cmp_ps_mask(a.value, b.value, _CMP_GT_OQ); }
  friend Avx512 zero_unless_greater(Avx512 kept, Avx512 a, Avx512 b) {
    return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a.value, b.value, _CMP_GT_OQ), kept.value)};
  }
  friend Avx512 zero_where_less(Avx512 kept, Bits16 a, int limit) {
    return {_mm512_maskz_mov_ps(_mm512_cmp_epi32_mask(a.value, _mm512_set1_epi32(limit), _MM_CMPINT_NLT), kept.value)};
  }
  friend Avx512 power_of_two(Avx512 shifted) {
    const __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(shifted.value), 23);
    return {_mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(0x3f800000)))};
  }
};

struct Line512 {
  __m512i low;
  __m512i high;
};

struct Totals512 {
  __m512i value;

  void store(int* to) const { _mm512_storeu_si512(to, value); }
  unsigned above(int limit) const { return _mm512_cmpgt_epi32_mask(value, _mm512_set1_epi32(limit)); }
};

/// What the sums of codes have in common on the CPUs with AVX-512.
struct Lines512 {
  // Each has an accumulator: enough of them to hide the latency of a multiplication.
  static constexpr std::size_t kQueries = 8;
  static constexpr bool kQueryStays = true;
  static constexpr std::size_t kAhead = 0;  // slower by half on a Zen 4

  static Line512 unpack(const unsigned char* line) {
    const __m512i bytes = _mm512_loadu_si512(line);
    const __m512i mask = _mm512_set1_epi8(15);
    return {_mm512_and_si512(bytes, mask), _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask)};
  }
  static __m512i load(const unsigned char* codes) { return _mm512_loadu_si512(codes); }
  static void store(__m512i codes, unsigned char* to) { _mm512_storeu_si512(to, codes); }
  /// Four numbers of a query beside the same columns of all 16 items.
  static __m512i beside_all(const signed char* four_of_query) {
    int four;
    __builtin_memcpy(&four, four_of_query, sizeof(four));
    return _mm512_set1_epi32(four);
  }
};

}  // namespace
}  // namespace sasrec::kernels
