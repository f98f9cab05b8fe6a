#pragma once

#include <cstdint>

namespace sasrec::training {

/// Mixes the bits of a number well (the finaliser of splitmix64, Steele et al. 2014). Use it for seeds that depend on a
/// run's seed and on counters: mix(mix(seed ^ epoch) ^ step).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// The generator splitmix64: fast, with a small state, and with the same numbers on every machine.
class Random {
 public:
  using result_type = std::uint64_t;
  explicit constexpr Random(std::uint64_t seed) : state_(mix(seed)) {}

  /// 64 independent bits.
  constexpr std::uint64_t operator()() { return mix(state_ += 0x9E3779B97F4A7C15ULL); }
  /// Uniform in [0, bound), bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Wide>((*this)()) * bound) >> 64U);
  }
  /// Uniform in [0, 1).
  constexpr double uniform() { return static_cast<double>((*this)() >> 11U) * 0x1.0p-53; }

  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_;
};

}  // namespace sasrec::training
