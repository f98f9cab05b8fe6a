#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <torch/utils.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "training/batch.hpp"
#include "training/cpu/weights.hpp"
#include "training/network.hpp"

namespace sasrec::training {

/// A network with weights unlike any other's, its norms' and biases' too.
struct Subject {
  Sasrec network;
  std::vector<std::string> names;
  std::vector<at::Tensor> parameters;

  explicit Subject(const checkpoint::ModelConfig& config)
      : network((torch::manual_seed(3), config), 0.3),
        names(network->named_parameters().keys()),
        parameters(network->parameters()) {
    const at::NoGradGuard no_grad;
    for (auto& parameter : parameters) {
      if (parameter.dim() == 1) parameter.add_(at::randn(parameter.sizes()) * 0.3);
    }
  }
  CpuWeights weights(const kernels::Kernels& set) const {
    CpuWeights packed(network->config(), names, parameters, set);
    packed.pack();
    return packed;
  }
};

inline TrainingBatch batch_of(const std::vector<std::size_t>& lengths, const checkpoint::ModelConfig& config) {
  const auto draw = [&](std::size_t count) {
    return at::randint(1, static_cast<std::int64_t>(config.items) + 1, {static_cast<std::int64_t>(count)}, at::kLong);
  };
  std::vector<std::vector<base::ItemIndex>> histories;
  std::size_t tokens = 0;
  for (const auto length : lengths) {
    histories.emplace_back();
    const auto items = draw(length);
    for (std::size_t t = 0; t < length; ++t) {
      const auto item = items.const_data_ptr<std::int64_t>()[t];
      histories.back().push_back({static_cast<std::uint32_t>(item)});
    }
    tokens += length;
  }
  const std::vector<std::span<const base::ItemIndex>> views(histories.begin(), histories.end());
  return {.inputs = pack(views, config.max_length, at::kCPU), .targets = draw(tokens), .negatives = draw(tokens)};
}

}  // namespace sasrec::training
