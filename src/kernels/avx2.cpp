#if defined(__x86_64__)
#include "kernels/make_kernels.hpp"
#include "kernels/transpose8.hpp"

namespace sasrec::kernels {
namespace {

/// 8 whole numbers of 32 bits.
struct Bits8 {
  __m256i value;

  static Bits8 set(unsigned value) { return {_mm256_set1_epi32(static_cast<int>(value))}; }
  static Bits8 counting(unsigned first) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return {_mm256_add_epi32(set(first).value, lanes)};
  }
  friend Bits8 operator^(Bits8 a, Bits8 b) { return {_mm256_xor_si256(a.value, b.value)}; }
  friend Bits8 operator*(Bits8 a, Bits8 b) { return {_mm256_mullo_epi32(a.value, b.value)}; }
  friend Bits8 operator>>(Bits8 a, int by) { return {_mm256_srli_epi32(a.value, by)}; }
};

struct Avx2 {
  using Bits = Bits8;
  static constexpr std::size_t kWidth = 8;
  // 12 accumulators, 2 vectors of the panel and a factor: 15 of 16 registers.
  static constexpr std::size_t kTileRows = 6;
  static constexpr std::size_t kTilePanels = 1;
  static constexpr std::size_t kTransposed = 8;

  __m256 value;

  static __m256i mask(std::size_t count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
  }

  static Avx2 zero() { return {_mm256_setzero_ps()}; }
  static Avx2 set(float value) { return {_mm256_set1_ps(value)}; }
  static Avx2 load(const float* from) { return {_mm256_loadu_ps(from)}; }
  static Avx2 load_first(const float* from, std::size_t count) { return {_mm256_maskload_ps(from, mask(count))}; }
  void store(float* to) const { _mm256_storeu_ps(to, value); }
  Avx2 first(std::size_t count) const { return {_mm256_and_ps(value, _mm256_castsi256_ps(mask(count)))}; }

  float sum() const {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(value), _mm256_extractf128_ps(value, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
  }
  float largest() const {
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(value), _mm256_extractf128_ps(value, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
  }
  static Avx2 sum_each(const Avx2 (&sums)[kWidth]) {
    __m256 rows[kWidth] = {sums[0].value, sums[1].value, sums[2].value, sums[3].value,
                           sums[4].value, sums[5].value, sums[6].value, sums[7].value};
    return {sum_each8(rows)};
  }
  static void transpose(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) {
    transpose8(from, from_stride, to, to_stride);
  }

  friend Avx2 operator+(Avx2 a, Avx2 b) { return {_mm256_add_ps(a.value, b.value)}; }
  friend Avx2 operator-(Avx2 a, Avx2 b) { return {_mm256_sub_ps(a.value, b.value)}; }
  friend Avx2 operator*(Avx2 a, Avx2 b) { return {_mm256_mul_ps(a.value, b.value)}; }
  friend Avx2 operator/(Avx2 a, Avx2 b) { return {_mm256_div_ps(a.value, b.value)}; }
  friend Avx2 multiply_add(Avx2 a, Avx2 b, Avx2 c) { return {_mm256_fmadd_ps(a.value, b.value, c.value)}; }
  friend Avx2 max(Avx2 a, Avx2 b) { return {_mm256_max_ps(a.value, b.value)}; }
  friend Avx2 min(Avx2 a, Avx2 b) { return {_mm256_min_ps(a.value, b.value)}; }
  friend Avx2 sqrt(Avx2 a) { return {_mm256_sqrt_ps(a.value)}; }
  friend unsigned greater(Avx2 a, Avx2 b) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a.value, b.value, _CMP_GT_OQ)));
  }
  friend Avx2 zero_unless_greater(Avx2 kept, Avx2 a, Avx2 b) {
    return {_mm256_and_ps(kept.value, _mm256_cmp_ps(a.value, b.value, _CMP_GT_OQ))};
  }
  friend Avx2 zero_where_less(Avx2 kept, Bits8 a, int limit) {
    const __m256i less = _mm256_cmpgt_epi32(_mm256_set1_epi32(limit), a.value);
    return {_mm256_andnot_ps(_mm256_castsi256_ps(less), kept.value)};
  }
  friend Avx2 power_of_two(Avx2 shifted) {
    const __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(shifted.value), 23);
    return {_mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(0x3f800000)))};
  }
};

struct Codes2 {
  __m256i low;   // items 0 to 7
  __m256i high;  // items 8 to 15

  void store(int* to) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 8), high);
  }
  unsigned at_least(float factor, float limit) const {
    const auto half = [&](__m256i sums) {
      const __m256 weighed = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_set1_ps(factor));
      return signs(_mm256_cmp_ps(weighed, _mm256_set1_ps(limit), _CMP_GE_OQ));
    };
    return half(low) | half(high) << 8U;
  }
  template <std::size_t Count>
  static Codes2 sum(const unsigned char* lines, std::size_t some, const signed char* query) {
    const std::size_t count = Count != 0 ? Count : some;
    return {sum8(lines, count, query), sum8(lines + kCodeLine / 2, count, query)};
  }

 private:
  static unsigned signs(__m256 of) { return static_cast<unsigned>(_mm256_movemask_ps(of)); }
  template <class Number>
  static __m256i load8(const Number* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static __m256i four_of_query(const signed char* query) {
    int four;
    __builtin_memcpy(&four, query, sizeof(four));
    return _mm256_set1_epi32(four);
  }
  static __m256i sum8(const unsigned char* half_lines, std::size_t count, const signed char* query) {
    const __m256i mask = _mm256_set1_epi8(15);
    __m256i total = _mm256_setzero_si256();
    for (std::size_t first = 0; first < count; first += kLinesOf16Bits) {
      const std::size_t end = first + kLinesOf16Bits < count ? first + kLinesOf16Bits : count;
      __m256i pairs = _mm256_setzero_si256();
      for (std::size_t l = first; l < end; ++l) {
        const __m256i bytes = load8(half_lines + l * kCodeLine);
        const __m256i even = _mm256_and_si256(bytes, mask);
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
        const signed char* factors = query + l * kCodeColumns;
        pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(even, four_of_query(factors)));
        pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(odd, four_of_query(factors + 4)));
      }
      total = _mm256_add_epi32(total, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    return total;
  }
};

}  // namespace

constinit const Kernels kAvx2 = make_kernels<Avx2, Codes2>("avx2");

}  // namespace sasrec::kernels
#endif
