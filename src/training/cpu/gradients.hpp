#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "training/cpu/weights.hpp"

namespace sasrec::training {

/// One share's sum of gradients by every parameter. Those of layers lie like CpuLinear::rows and ::bias (of what the
/// layer holds: with its scale) and like CpuNorm's; the embeddings' have the parameters' shapes.
class CpuGradients {
 public:
  explicit CpuGradients(const CpuWeights& weights);

  /// All of them zero.
  void clear();
  /// Of a layer's weight; the bias has the next number.
  float* of(std::size_t parameter) { return sums_[parameter].data(); }
  float* of_items() { return embeddings_[0].data_ptr<float>(); }
  float* of_positions() { return embeddings_[1].data_ptr<float>(); }

  /// In the shapes and the order of the parameters. Those of the embeddings are this object's own.
  std::vector<at::Tensor> to_tensors() const;

 private:
  const CpuWeights& weights_;
  std::vector<kernels::FloatBuffer> sums_;  ///< by the parameter's number; empty for embeddings
  std::vector<at::Tensor> embeddings_;      ///< items', positions'
};

}  // namespace sasrec::training
