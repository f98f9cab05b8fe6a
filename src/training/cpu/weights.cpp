#include "training/cpu/weights.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace sasrec::training {
namespace {

using kernels::Channels;
using kernels::FloatBuffer;

/// Finds the parameters' numbers by their names, and makes the layers that pack() fills.
class Layers {
 public:
  Layers(const std::vector<std::string>& names, Channels hidden) : names_(names), hidden_(hidden) {}

  std::size_t number(const std::string& name) const {
    const auto found = std::ranges::find(names_, name);
    TORCH_CHECK(found != names_.end(), "the network has no ", name);
    return static_cast<std::size_t>(found - names_.begin());
  }
  CpuLinear linear(const std::string& name, Channels in, Channels out, float scale = 1.0F) const {
    return {.parameter = number(name + ".weight"),
            .in = in,
            .out = out,
            .scale = scale,
            .rows = FloatBuffer(out.depth() * in.stride()),
            .panels = FloatBuffer(out.stride() * in.depth()),
            .bias = FloatBuffer(out.stride())};
  }
  CpuNorm norm(const std::string& name) const {
    return {.parameter = number(name + ".weight"),
            .weight = FloatBuffer(hidden_.stride()),
            .bias = FloatBuffer(hidden_.stride())};
  }

 private:
  const std::vector<std::string>& names_;
  Channels hidden_;
};

void pack_norm(CpuNorm& norm, const std::vector<at::Tensor>& parameters, std::size_t width) {
  std::copy_n(parameters[norm.parameter].const_data_ptr<float>(), width, norm.weight.data());
  std::copy_n(parameters[norm.parameter + 1].const_data_ptr<float>(), width, norm.bias.data());
}

/// Writes the weight twice: as rows for the backward pass, and as panels for the forward pass.
void pack_linear(CpuLinear& linear, const std::vector<at::Tensor>& parameters, const kernels::Kernels& kernels) {
  const auto* weight = parameters[linear.parameter].const_data_ptr<float>();
  const auto* bias = parameters[linear.parameter + 1].const_data_ptr<float>();
  const auto in_stride = linear.in.stride();
  for (std::size_t o = 0; o < linear.out.width; ++o) {
    linear.bias.data()[linear.out.at(o)] = bias[o] * linear.scale;
    float* const row = linear.rows.data() + linear.out.at(o) * in_stride;
    for (std::size_t i = 0; i < linear.in.width; ++i) {
      row[linear.in.at(i)] = weight[o * linear.in.width + i] * linear.scale;
    }
  }
  kernels.to_panels(linear.rows.data(), in_stride, linear.out.depth(), linear.in.depth(), linear.panels.data());
}

}  // namespace

CpuWeights::CpuWeights(const checkpoint::ModelConfig& model, const std::vector<std::string>& names,
                       std::vector<at::Tensor> network_parameters, const kernels::Kernels& set)
    : config(model),
      kernels(set),
      hidden{model.hidden, model.hidden},
      by_heads{model.hidden, model.hidden / model.heads},
      feed_forward{model.feed_forward, model.feed_forward},
      parameters(std::move(network_parameters)) {
  const Layers layers(names, hidden);
  item_embedding = layers.number("item_embedding");
  position_embedding = layers.number("position_embedding");
  const float attention_scale = 1.0F / std::sqrt(static_cast<float>(by_heads.group));
  for (std::size_t i = 0; i < config.blocks; ++i) {
    const auto name = "blocks." + std::to_string(i) + ".";
    blocks.push_back({.attention_norm = layers.norm(name + "attention_norm"),
                      .feed_forward_norm = layers.norm(name + "feed_forward_norm"),
                      .query = layers.linear(name + "attention.query", hidden, by_heads, attention_scale),
                      .key = layers.linear(name + "attention.key", hidden, by_heads),
                      .value = layers.linear(name + "attention.value", hidden, by_heads),
                      .output = layers.linear(name + "attention.output", by_heads, hidden),
                      .feed_forward_in = layers.linear(name + "feed_forward.in", hidden, feed_forward),
                      .feed_forward_out = layers.linear(name + "feed_forward.out", feed_forward, hidden)});
  }
  final_norm = layers.norm("final_norm");
}

// Once per step, since the optimiser changes the parameters. It costs far less than the products it serves.
void CpuWeights::pack() {
  for (auto& block : blocks) {
    pack_norm(block.attention_norm, parameters, config.hidden);
    pack_norm(block.feed_forward_norm, parameters, config.hidden);
    for (auto* linear :
         {&block.query, &block.key, &block.value, &block.output, &block.feed_forward_in, &block.feed_forward_out}) {
      pack_linear(*linear, parameters, kernels);
    }
  }
  pack_norm(final_norm, parameters, config.hidden);
}

}  // namespace sasrec::training
