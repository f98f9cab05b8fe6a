#pragma once

#include <span>

#include "base/result.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/config.hpp"

namespace sasrec::checkpoint {

/// Whether `tensors` are those of tensor_specs(config), each once and in its shape, with finite values only.
/// kInvalidInput names the tensor. Cost: one pass over all values.
base::Result<void> verify_tensors(const ModelConfig& config, std::span<const Tensor> tensors);

}  // namespace sasrec::checkpoint
