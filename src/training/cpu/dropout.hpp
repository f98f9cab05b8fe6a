#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"
#include "training/random.hpp"

namespace sasrec::training {

/// The places in a block where values of a sequence are dropped. The weights of head n have the place kWeights + n.
enum class DropoutPlace : std::uint64_t { kInput, kAttention, kInner, kFeedForward, kWeights };

/// The dropout masks of all places. They are never stored: the backward pass draws them again.
class CpuDropout {
 public:
  /// probability   in [0, 1), in steps of 2^-32; 0 drops nothing
  explicit CpuDropout(double probability)
      : limit_(static_cast<int>(std::lround(probability * 0x1.0p32) - 0x80000000L)),
        scale_(static_cast<float>(1.0 / (1.0 - probability))) {}

  /// The factor of a value that is kept.
  float scale() const { return scale_; }

  /// The mask of a place in a block for the sequence with this seed. The place kInput belongs to block 0.
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
