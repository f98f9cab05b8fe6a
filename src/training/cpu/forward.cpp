#include "training/cpu/forward.hpp"

#include <cmath>

#include "training/cpu/rows.hpp"
#include "training/cpu/sequences.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Norm;
using kernels::FloatBuffer;

/// A forward pass. It stores every value that the backward pass needs.
class Forward {
 public:
  Forward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states)
      : weights_(weights), piece_(piece), dropout_(dropout), states_(states) {}

  void run() {
    states_.make_room(weights_, piece_);
    embed(states_.blocks.empty() ? states_.last : states_.blocks.front().input);
    for (std::size_t i = 0; i < weights_.blocks.size(); ++i) {
      run_block(i, i + 1 < states_.blocks.size() ? states_.blocks[i + 1].input : states_.last);
    }
    normalize(weights_.final_norm, states_.last, states_.states);
  }

 private:
  /// Items and positions are read from the network's own tensors: packing the item table each step would cost too much.
  void embed(FloatBuffer& out) const {
    const std::size_t width = weights_.config.hidden;
    const std::size_t stride = weights_.hidden.stride();
    const ChosenRows items(weights_.parameters[weights_.item_embedding].const_data_ptr<float>(), piece_.items,
                           piece_.rows, width);
    const auto* positions = weights_.parameters[weights_.position_embedding].const_data_ptr<float>();
    const float scale = std::sqrt(static_cast<float>(width));
    for (std::size_t r = 0; r < piece_.rows; ++r) {
      const float* item = items.row(r);
      const float* position = positions + static_cast<std::size_t>(piece_.positions[r]) * width;
      float* const row = out.data() + r * stride;
      for (std::size_t c = 0; c < width; ++c) row[c] = item[c] * scale + position[c];
    }
    drop(0, DropoutPlace::kInput, stride, out, nullptr);
  }

  /// BlockImpl::forward for the three places of the norms, in one sequence of steps.
  void run_block(std::size_t number, FloatBuffer& out) {
    const auto& block = weights_.blocks[number];
    auto& s = states_.blocks[number];
    const Norm norm = weights_.config.norm;
    const std::size_t hidden = weights_.hidden.stride();

    if (norm != Norm::kPost) normalize(block.attention_norm, s.input, s.normed);
    const auto& key_input = norm == Norm::kPre ? s.normed : s.input;
    apply(block.query, norm == Norm::kPost ? s.input : s.normed, s.queries);
    apply(block.key, key_input, s.keys);
    apply(block.value, key_input, s.values);
    attend(number, s);
    // Without dropout after the output projection its residual is added by the product itself.
    if (norm == Norm::kPaper) {
      apply(block.output, s.context, s.middle, s.normed.data());
    } else {
      apply(block.output, s.context, s.middle);
      drop(number, DropoutPlace::kAttention, hidden, s.middle, s.input.data());
    }
    normalize(norm == Norm::kPost ? block.attention_norm : block.feed_forward_norm, s.middle, s.inner_input);

    const std::size_t inner = weights_.feed_forward.stride();
    if (weights_.config.activation == checkpoint::Activation::kRelu) {
      apply(block.feed_forward_in, s.inner_input, s.inner, nullptr, kernels::Activation::kRelu);
    } else {
      apply(block.feed_forward_in, s.inner_input, s.inner_sum);
      weights_.kernels.training.gelu(s.inner_sum.data(), piece_.rows * inner, s.inner.data());
    }
    drop(number, DropoutPlace::kInner, inner, s.inner, nullptr);
    auto& sum = norm == Norm::kPost ? s.sum : out;
    apply(block.feed_forward_out, s.inner, sum);
    drop(number, DropoutPlace::kFeedForward, hidden, sum, (norm == Norm::kPre ? s.middle : s.inner_input).data());
    if (norm == Norm::kPost) normalize(block.feed_forward_norm, s.sum, out);
  }

  void attend(std::size_t number, CpuBlockStates& s) {
    for_each_head(weights_, piece_, dropout_, number, s, states_.scratch.data(),
                  [&](const kernels::TrainedHead& head, std::size_t) { weights_.kernels.training.attend(head); });
  }

  void normalize(const CpuNorm& norm, const FloatBuffer& in, FloatBuffer& out) const {
    const std::size_t stride = weights_.hidden.stride();
    weights_.kernels.layer_norm(in.data(), stride, piece_.rows, weights_.config.hidden, norm.weight.data(),
                                norm.bias.data(), checkpoint::kNormEpsilon, out.data(), stride);
  }

  void apply(const CpuLinear& linear, const FloatBuffer& in, FloatBuffer& out, const float* residual = nullptr,
             kernels::Activation activation = kernels::Activation::kNone) const {
    weights_.kernels.multiply({.a = in.data(),
                               .a_stride = linear.in.stride(),
                               .b = {linear.panels.data(), kernels::kPanel, linear.in.depth() * kernels::kPanel},
                               .rows = piece_.rows,
                               .depth = linear.in.depth(),
                               .columns = linear.out.stride(),
                               .bias = linear.bias.data(),
                               .activation = activation,
                               .residual = residual,
                               .residual_stride = linear.out.stride(),
                               .out = out.data(),
                               .out_stride = linear.out.stride()});
  }

  /// In place, and the residual added.
  void drop(std::size_t number, DropoutPlace place, std::size_t stride, FloatBuffer& values,
            const float* residual) const {
    drop_rows(weights_, piece_, dropout_, number, place, stride, values.data(), residual, values.data());
  }

  const CpuWeights& weights_;
  const CpuPiece& piece_;
  const CpuDropout& dropout_;
  CpuStates& states_;
};

}  // namespace

void forward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states) {
  Forward(weights, piece, dropout, states).run();
}

}  // namespace sasrec::training
