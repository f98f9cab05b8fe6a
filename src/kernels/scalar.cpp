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

struct ScalarCodes {
  int sums[kCodeItems];

  void store(int* to) const {
    for (std::size_t i = 0; i < kCodeItems; ++i) to[i] = sums[i];
  }
  unsigned at_least(float factor, float limit) const {
    unsigned found = 0;
    for (std::size_t i = 0; i < kCodeItems; ++i) {
      found |= (static_cast<float>(sums[i]) * factor >= limit ? 1U : 0U) << i;
    }
    return found;
  }
  template <std::size_t>
  static ScalarCodes sum(const unsigned char* lines, std::size_t count, const signed char* query) {
    ScalarCodes total{};
    for (std::size_t l = 0; l < count; ++l, lines += kCodeLine, query += kCodeColumns) {
      for (std::size_t i = 0; i < kCodeItems; ++i) {
        for (std::size_t c = 0; c < 4; ++c) {
          const int both = lines[4 * i + c];
          total.sums[i] += (both & 15) * query[c] + (both >> 4) * query[4 + c];
        }
      }
    }
    return total;
  }
};

}  // namespace

constinit const Kernels kScalar = make_kernels<Scalar, ScalarCodes>("scalar");

}  // namespace sasrec::kernels
