#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"
#include "training/random.hpp"

namespace sasrec::training {

/// Where a sequence's values are dropped. A head's weights: kWeights + its number.
enum class DropoutPlace : std::uint64_t { kInput, kAttention, kInner, kFeedForward, kWeights };

/// The masks of all places. They are never stored: the way back draws them again.
class CpuDropout {
 public:
  /// probability   in [0, 1), to 2^-32; 0: nothing is dropped
  explicit CpuDropout(double probability)
      : limit_(static_cast<int>(std::lround(probability * 0x1.0p32) - 0x80000000L)),
        scale_(static_cast<float>(1.0 / (1.0 - probability))) {}

  /// What multiplies a value that is kept.
  float scale() const { return scale_; }

  /// The mask of a place in a block, for the sequence that `seed` belongs to. The input is in block 0.
  kernels::Dropout at(std::uint64_t seed, std::size_t block, DropoutPlace place, std::size_t head = 0) const {
    const auto number = (std::uint64_t{block} << 32U) | (static_cast<std::uint64_t>(place) + head);
    const auto keys = mix(mix(seed) ^ number);
    return {.first_key = static_cast<std::uint32_t>(keys),
            .second_key = static_cast<std::uint32_t>(keys >> 32U),
            .limit = limit_,
            .scale = scale_};
  }

 private:
  int limit_;
  float scale_;
};

}  // namespace sasrec::training
