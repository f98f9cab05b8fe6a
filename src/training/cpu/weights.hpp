#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <string>
#include <vector>

#include "checkpoint/config.hpp"
#include "kernels/aligned_buffer.hpp"
#include "kernels/channels.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::training {

/// out = (in * weight^T + bias) * scale, packed for kernels::multiply in the forward and the backward pass.
struct CpuLinear {
  std::size_t parameter = 0;  ///< the weight's number among the network's parameters; the bias has the next
  kernels::Channels in{}, out{};
  float scale = 1.0F;
  kernels::FloatBuffer rows;    ///< [out.depth, in.stride], the weight: d_in = d_out * rows
  kernels::FloatBuffer panels;  ///< [out.stride / kPanel, in.depth, kPanel], its transpose
  kernels::FloatBuffer bias;    ///< [out.stride]
};

struct CpuNorm {
  std::size_t parameter = 0;          ///< as in CpuLinear
  kernels::FloatBuffer weight, bias;  ///< [stride of hidden]
};

struct CpuBlock {
  CpuNorm attention_norm, feed_forward_norm;
  CpuLinear query, key, value;  ///< hidden -> by heads; `query` holds the attention scale 1 / sqrt(hidden / heads)
  CpuLinear output;             ///< by heads -> hidden
  CpuLinear feed_forward_in, feed_forward_out;
};

/// A network's weights, packed for the kernels.
struct CpuWeights {
  /// names   names of the parameters, those of checkpoint::tensor_specs(model)
  CpuWeights(const checkpoint::ModelConfig& model, const std::vector<std::string>& names,
             std::vector<at::Tensor> network_parameters, const kernels::Kernels& set = kernels::best());

  /// Packs the current values of the parameters.
  void pack();

  checkpoint::ModelConfig config;
  const kernels::Kernels& kernels;
  kernels::Channels hidden, by_heads, feed_forward;
  std::vector<at::Tensor> parameters;              ///< the network's own, in its order
  std::size_t item_embedding, position_embedding;  ///< their numbers among the parameters; read where they are
  std::vector<CpuBlock> blocks;
  CpuNorm final_norm;
};

}  // namespace sasrec::training
