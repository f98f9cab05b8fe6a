#include "kernels/make_kernels.hpp"

namespace sasrec::kernels {
namespace {

struct ScalarBits {
  std::uint32_t value;

  static ScalarBits counting(std::uint32_t first) { return {first}; }
  static ScalarBits set(std::uint32_t value) { return {value}; }
  friend ScalarBits operator^(ScalarBits a, ScalarBits b) { return {a.value ^ b.value}; }
  friend ScalarBits operator*(ScalarBits a, ScalarBits b) { return {a.value * b.value}; }
  friend ScalarBits operator>>(ScalarBits a, int by) { return {a.value >> by}; }
};

struct Scalar {
  using Bits = ScalarBits;
  static constexpr std::size_t kWidth = 1;
  static constexpr std::size_t kTileRows = 2;
  static constexpr std::size_t kTilePanels = 1;
  static constexpr std::size_t kTransposed = 1;

  float value;

  static Scalar zero() { return {0.0F}; }
  static Scalar set(float value) { return {value}; }
  static Scalar load(const float* from) { return {*from}; }
  static Scalar load_first(const float*, std::size_t) { return zero(); }
  void store(float* to) const { *to = value; }
  Scalar first(std::size_t) const { return zero(); }
  float sum() const { return value; }
  float largest() const { return value; }
  static Scalar sum_each(const Scalar (&sums)[kWidth]) { return sums[0]; }
  static void transpose(const float* from, std::size_t, float* to, std::size_t) { *to = *from; }

  friend Scalar operator+(Scalar a, Scalar b) { return {a.value + b.value}; }
  friend Scalar operator-(Scalar a, Scalar b) { return {a.value - b.value}; }
  friend Scalar operator*(Scalar a, Scalar b) { return {a.value * b.value}; }
  friend Scalar operator/(Scalar a, Scalar b) { return {a.value / b.value}; }
  friend Scalar multiply_add(Scalar a, Scalar b, Scalar c) { return {a.value * b.value + c.value}; }
  friend Scalar max(Scalar a, Scalar b) { return {a.value > b.value ? a.value : b.value}; }
  friend Scalar min(Scalar a, Scalar b) { return {a.value < b.value ? a.value : b.value}; }
  friend Scalar sqrt(Scalar a) { return {__builtin_sqrtf(a.value)}; }
  friend unsigned greater(Scalar a, Scalar b) { return a.value > b.value ? 1U : 0U; }
  friend Scalar zero_unless_greater(Scalar kept, Scalar a, Scalar b) { return a.value > b.value ? kept : zero(); }
  friend Scalar zero_where_less(Scalar kept, Bits a, int limit) {
    return static_cast<std::int32_t>(a.value) < limit ? zero() : kept;
  }
  friend Scalar power_of_two(Scalar shifted) {
    const auto bits = __builtin_bit_cast(std::uint32_t, shifted.value);
    return {__builtin_bit_cast(float, (bits << 23U) + 0x3f800000U)};
  }
};

/// Four columns of 16 items.
struct ScalarFour {
  unsigned char codes[kCodeLine];
};

struct ScalarLine {
  ScalarFour low;
  ScalarFour high;
};

struct ScalarCodes {
  static constexpr std::size_t kQueries = 1;
  static constexpr bool kQueryStays = true;
  static constexpr std::size_t kAhead = 0;

  int sums[kCodeItems];

  static ScalarCodes zero() { return {}; }
  void add(const ScalarFour& four, const signed char* four_of_query) {
    for (std::size_t i = 0; i < kCodeLine; ++i) sums[i / 4] += four.codes[i] * four_of_query[i % 4];
  }
  const ScalarCodes& total() const { return *this; }
  void store(int* to) const { __builtin_memcpy(to, sums, sizeof(sums)); }
  unsigned above(int limit) const {
    unsigned found = 0;
    for (std::size_t i = 0; i < kCodeItems; ++i) found |= (sums[i] > limit ? 1U : 0U) << i;
    return found;
  }

  static ScalarLine unpack(const unsigned char* line) {
    ScalarLine unpacked;
    for (std::size_t i = 0; i < kCodeLine; ++i) {
      unpacked.low.codes[i] = line[i] & 15U;
      unpacked.high.codes[i] = static_cast<unsigned char>(line[i] >> 4U);
    }
    return unpacked;
  }
  static ScalarFour load(const unsigned char* codes) {
    ScalarFour four;
    __builtin_memcpy(four.codes, codes, kCodeLine);
    return four;
  }
  static void store(const ScalarFour& four, unsigned char* to) { __builtin_memcpy(to, four.codes, kCodeLine); }
};

}  // namespace

constinit const Kernels kScalar = make_kernels<Scalar, ScalarCodes>("scalar");

}  // namespace sasrec::kernels
