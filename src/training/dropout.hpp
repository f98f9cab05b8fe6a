#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace sasrec::training {

/// Multiplies each value by 0 with the given probability (in steps of 1/65536), otherwise by 1 / (1 - probability). The
/// choice depends only on the seed.
void drop(std::span<float> values, double probability, std::uint64_t seed);

/// Dropout of a whole tensor, differentiable. The mask is not stored: the backward pass draws it again from the seed.
/// On a CPU this takes a tenth of the time of torch's dropout, whose generator is serial, and the mask does not depend
/// on the number of threads. On other devices it calls torch's dropout.
at::Tensor dropout(const at::Tensor& x, double probability);

/// Seeds the masks of this thread's dropout() on a CPU until destroyed. Without it they are seeded from torch's
/// generator, which all threads share.
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
