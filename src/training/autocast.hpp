#pragma once

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

namespace sasrec::training {

/// Turns on LibTorch's mixed precision until destroyed, for what this thread computes on devices of this type: matrix
/// products and attention in bf16, layer norms and softmax in fp32. Weights and gradients stay fp32. Use it for the
/// forward pass only.
class Bf16Autocast {
 public:
  explicit Bf16Autocast(c10::DeviceType device);
  ~Bf16Autocast();
  Bf16Autocast(const Bf16Autocast&) = delete;
  Bf16Autocast& operator=(const Bf16Autocast&) = delete;

 private:
  c10::DeviceType device_;
  bool enabled_before_;
  c10::ScalarType type_before_;
};

}  // namespace sasrec::training
