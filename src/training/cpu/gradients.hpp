#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// The sums of one share's gradients with respect to every parameter. Gradients of layers have the layout of
/// CpuLinear::rows and CpuLinear::bias (and are those of the scaled weights) and of CpuNorm. Gradients of the
/// embeddings have the parameters' shapes. Not thread-safe.
class CpuGradients {
 public:
  explicit CpuGradients(const CpuWeights& weights);

  /// Sets all sums to zero.
  void clear();
  /// The gradient of a layer's weight. The bias has the next number.
  float* of(std::size_t parameter) { return sums_[parameter].data(); }
  float* of_items() { return embeddings_[0].data_ptr<float>(); }
  float* of_positions() { return embeddings_[1].data_ptr<float>(); }

  /// Returns the gradients in the shapes and the order of the parameters. Those of the embeddings share this object's
  /// memory.
  std::vector<at::Tensor> to_tensors() const;

 private:
  const CpuWeights& weights_;
  std::vector<kernels::FloatBuffer> sums_;  ///< by the parameter's number; empty for embeddings
  std::vector<at::Tensor> embeddings_;      ///< items', positions'
};

}  // namespace sasrec::training
