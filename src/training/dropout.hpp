#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace sasrec::training {

/// Multiplies each value by 0 with the given probability (to 1/65536), else by 1 / (1 - probability). One seed always
/// makes the same choice.
void drop(std::span<float> values, double probability, std::uint64_t seed);

/// Dropout of a whole tensor, differentiable. Its mask is not kept: backward draws it again from the seed. On a CPU
/// this takes a tenth of the time of torch's own, whose generator is serial, and does not depend on the number of
/// threads; elsewhere torch's own is used.
at::Tensor dropout(const at::Tensor& x, double probability);

/// While it lives, the masks of this thread's dropout follow from `seed`, on a CPU. Without one they follow from
/// torch's generator, which is one for all threads.
class DropoutSeed {
 public:
  explicit DropoutSeed(std::uint64_t seed);
  ~DropoutSeed();
  DropoutSeed(const DropoutSeed&) = delete;
  DropoutSeed& operator=(const DropoutSeed&) = delete;
};

/// The next seed of this thread.
std::uint64_t draw_seed();

}  // namespace sasrec::training
