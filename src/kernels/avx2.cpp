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

/// 16 items: 8 in each of two vectors.
struct Halves2 {
  __m256i first;
  __m256i second;

  template <class Number>
  static Halves2 load(const Number* from) {
    const auto* const halves = reinterpret_cast<const __m256i*>(from);
    return {_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
  }
  template <class Number>
  void store(Number* to) const {
    auto* const halves = reinterpret_cast<__m256i*>(to);
    _mm256_storeu_si256(halves, first);
    _mm256_storeu_si256(halves + 1, second);
  }
};

struct Line2 {
  Halves2 low;
  Halves2 high;
};

struct Totals2 : Halves2 {
  unsigned above(int limit) const {
    const auto half = [&](__m256i sums) {
      const __m256i greater = _mm256_cmpgt_epi32(sums, _mm256_set1_epi32(limit));
      return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(greater)));
    };
    return half(first) | half(second) << 8U;
  }
};

struct Codes2 {
  // 8 accumulators, 2 vectors of codes, a query's numbers and 2 products: 13 of 16 registers.
  static constexpr std::size_t kQueries = 4;
  // With all columns of a query at once the compiler adds products last, and has too few registers for them.
  static constexpr bool kQueryStays = false;
  static constexpr std::size_t kAhead = 16;

  // In 16 bits, the sums of each item's even and of its odd pairs of columns. kLargestQuerySum keeps them from
  // overflowing.
  Halves2 pairs;

  static Codes2 zero() { return {{_mm256_setzero_si256(), _mm256_setzero_si256()}}; }
  void add(const Halves2& codes, const signed char* four_of_query) {
    int four;
    __builtin_memcpy(&four, four_of_query, sizeof(four));
    const __m256i factors = _mm256_set1_epi32(four);
    pairs.first = _mm256_add_epi16(pairs.first, _mm256_maddubs_epi16(codes.first, factors));
    pairs.second = _mm256_add_epi16(pairs.second, _mm256_maddubs_epi16(codes.second, factors));
  }
  Totals2 total() const {
    // Multiplying by one and adding pairs widens the sums to 32 bits.
    const __m256i ones = _mm256_set1_epi16(1);
    return {{_mm256_madd_epi16(pairs.first, ones), _mm256_madd_epi16(pairs.second, ones)}};
  }

  static Line2 unpack(const unsigned char* line) {
    // There is no shift of bytes. The shift of 16-bit numbers moves bits across bytes, and the mask removes those.
    const __m256i mask = _mm256_set1_epi8(15);
    const auto both = load(line);
    const auto low = [&](__m256i bytes) {
      return _mm256_and_si256(bytes, mask);
    };
    const auto high = [&](__m256i bytes) {
      return low(_mm256_srli_epi16(bytes, 4));
    };
    return {{low(both.first), low(both.second)}, {high(both.first), high(both.second)}};
  }
  static Halves2 load(const unsigned char* codes) { return Halves2::load(codes); }
  static void store(const Halves2& codes, unsigned char* to) { codes.store(to); }
};

}  // namespace

constinit const Kernels kAvx2 = make_kernels<Avx2, Codes2>("avx2");

}  // namespace sasrec::kernels
#endif
