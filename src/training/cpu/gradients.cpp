#include "training/cpu/gradients.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace sasrec::training {
namespace {

/// Visits every linear layer. A layer that is forgotten here would never be trained.
template <class Visit>
void for_each_linear(const CpuWeights& weights, const Visit& visit) {
  for (const auto& block : weights.blocks) {
    for (const auto* linear :
         {&block.query, &block.key, &block.value, &block.output, &block.feed_forward_in, &block.feed_forward_out}) {
      visit(*linear);
    }
  }
}

template <class Visit>
void for_each_norm(const CpuWeights& weights, const Visit& visit) {
  for (const auto& block : weights.blocks) {
    visit(block.attention_norm);
    visit(block.feed_forward_norm);
  }
  visit(weights.final_norm);
}

/// Not zeros: every element is written afterwards.
at::Tensor shaped_like(const at::Tensor& parameter) {
  return at::empty(parameter.sizes(), at::kFloat);
}

}  // namespace

CpuGradients::CpuGradients(const CpuWeights& weights) : weights_(weights), sums_(weights.parameters.size()) {
  const auto add = [&](std::size_t parameter, const kernels::FloatBuffer& like, const kernels::FloatBuffer& like_bias) {
    sums_[parameter] = kernels::FloatBuffer(like.size());
    sums_[parameter + 1] = kernels::FloatBuffer(like_bias.size());
  };
  for_each_linear(weights, [&](const CpuLinear& linear) { add(linear.parameter, linear.rows, linear.bias); });
  for_each_norm(weights, [&](const CpuNorm& norm) { add(norm.parameter, norm.weight, norm.bias); });
  for (const auto parameter : {weights.item_embedding, weights.position_embedding}) {
    embeddings_.push_back(at::zeros(weights.parameters[parameter].sizes(), at::kFloat));
  }
}

// Zeros, not new memory: a share clears its gradients every step.
void CpuGradients::clear() {
  for (auto& sum : sums_) std::ranges::fill(sum.span(), 0.0F);
  for (auto& sum : embeddings_) std::fill_n(sum.data_ptr<float>(), sum.numel(), 0.0F);
}

std::vector<at::Tensor> CpuGradients::to_tensors() const {
  std::vector<at::Tensor> tensors(weights_.parameters.size());
  for_each_linear(weights_, [&](const CpuLinear& linear) {
    auto weight = shaped_like(weights_.parameters[linear.parameter]);
    auto bias = shaped_like(weights_.parameters[linear.parameter + 1]);
    const float* rows = sums_[linear.parameter].data();
    auto* out = weight.data_ptr<float>();
    for (std::size_t o = 0; o < linear.out.width; ++o) {
      const float* row = rows + linear.out.at(o) * linear.in.stride();
      for (std::size_t i = 0; i < linear.in.width; ++i) *out++ = row[linear.in.at(i)] * linear.scale;
      bias.data_ptr<float>()[o] = sums_[linear.parameter + 1].data()[linear.out.at(o)] * linear.scale;
    }
    tensors[linear.parameter] = std::move(weight);
    tensors[linear.parameter + 1] = std::move(bias);
  });
  for_each_norm(weights_, [&](const CpuNorm& norm) {
    for (const auto parameter : {norm.parameter, norm.parameter + 1}) {
      tensors[parameter] = shaped_like(weights_.parameters[parameter]);
      std::copy_n(sums_[parameter].data(), tensors[parameter].numel(), tensors[parameter].data_ptr<float>());
    }
  });
  tensors[weights_.item_embedding] = embeddings_[0];
  tensors[weights_.position_embedding] = embeddings_[1];
  return tensors;
}

}  // namespace sasrec::training
