#include "training/cpu/backward.hpp"

#include <cmath>

#include "training/cpu/rows.hpp"
#include "training/cpu/sequences.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Norm;
using kernels::FloatBuffer;

/// A backward pass. Its steps have the names of those in Forward and run in reverse order.
class Backward {
 public:
  Backward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states,
           CpuBackScratch& scratch, CpuGradients& gradients)
      : weights_(weights), piece_(piece), dropout_(dropout), states_(states), d_(scratch), gradients_(gradients) {}

  void run() {
    normalize(weights_.final_norm, states_.last, d_.d_states, nullptr, d_.d_out);
    for (std::size_t i = weights_.blocks.size(); i-- > 0;) run_block(i);
    embed();
  }

 private:
  void run_block(std::size_t number) {
    const auto& block = weights_.blocks[number];
    auto& s = states_.blocks[number];
    const Norm norm = weights_.config.norm;
    const std::size_t hidden = weights_.hidden.stride();

    if (norm == Norm::kPost) normalize(block.feed_forward_norm, s.sum, d_.d_out, nullptr, d_.d_out);
    drop(number, DropoutPlace::kFeedForward, hidden, d_.d_out, d_.dropped);
    apply(block.feed_forward_out, s.inner, d_.dropped, nullptr, d_.d_inner);
    activate(number, s);
    // From here on d_normed is the gradient of inner_input, including that of the residual if it branches off there.
    apply(block.feed_forward_in, s.inner_input, d_.d_inner, norm == Norm::kPre ? nullptr : d_.d_out.data(),
          d_.d_normed);
    normalize(norm == Norm::kPost ? block.attention_norm : block.feed_forward_norm, s.middle, d_.d_normed,
              norm == Norm::kPre ? d_.d_out.data() : nullptr, d_.d_middle);

    if (norm == Norm::kPaper) {
      apply(block.output, s.context, d_.d_middle, nullptr, d_.d_context);
    } else {
      drop(number, DropoutPlace::kAttention, hidden, d_.d_middle, d_.dropped);
      apply(block.output, s.context, d_.dropped, nullptr, d_.d_context);
    }
    attend(number, s);
    // Queries may have another input than keys and values: both gradients are summed, and d_out becomes the gradient of
    // the block's input.
    auto& d_keys_input = norm == Norm::kPre ? d_.d_normed : d_.d_out;
    const float* residual = norm == Norm::kPost ? d_.d_middle.data() : nullptr;
    const auto& key_input = norm == Norm::kPre ? s.normed : s.input;
    apply(block.key, key_input, d_.d_keys, residual, d_keys_input);
    apply(block.value, key_input, d_.d_values, d_keys_input.data(), d_keys_input);
    switch (norm) {
      case Norm::kPaper:
        apply(block.query, s.normed, d_.d_queries, d_.d_middle.data(), d_.d_normed);
        normalize(block.attention_norm, s.input, d_.d_normed, d_.d_out.data(), d_.d_out);
        break;
      case Norm::kPre:
        apply(block.query, s.normed, d_.d_queries, d_.d_normed.data(), d_.d_normed);
        normalize(block.attention_norm, s.input, d_.d_normed, d_.d_middle.data(), d_.d_out);
        break;
      case Norm::kPost:
        apply(block.query, s.input, d_.d_queries, d_.d_out.data(), d_.d_out);
        break;
    }
  }

  void embed() {
    const std::size_t width = weights_.config.hidden;
    const std::size_t stride = weights_.hidden.stride();
    drop(0, DropoutPlace::kInput, stride, d_.d_out, d_.dropped);
    const float scale = std::sqrt(static_cast<float>(width));
    const ChosenRows items(gradients_.of_items(), piece_.items, piece_.rows, width);
    for (std::size_t r = 0; r < piece_.rows; ++r) {
      const float* row = d_.dropped.data() + r * stride;
      float* const item = items.row(r);
      float* const position = gradients_.of_positions() + static_cast<std::size_t>(piece_.positions[r]) * width;
      for (std::size_t c = 0; c < width; ++c) item[c] += row[c] * scale;
      for (std::size_t c = 0; c < width; ++c) position[c] += row[c];
    }
  }

  void activate(std::size_t number, const CpuBlockStates& s) {
    const std::size_t stride = weights_.feed_forward.stride();
    const std::size_t count = piece_.rows * stride;
    float* const d_inner = d_.d_inner.data();
    if (weights_.config.activation == checkpoint::Activation::kRelu) {
      // A dropped value is 0 like one that relu cut, so one kernel does both.
      weights_.kernels.training.relu_back(d_inner, s.inner.data(), dropout_.scale(), count, d_inner);
    } else {
      drop(number, DropoutPlace::kInner, stride, d_.d_inner, d_.d_inner);
      weights_.kernels.training.gelu_back(d_inner, s.inner_sum.data(), count, d_inner);
    }
  }

  void attend(std::size_t number, CpuBlockStates& s) {
    for_each_head(weights_, piece_, dropout_, number, s, states_.scratch.data(),
                  [&](const kernels::TrainedHead& head, std::size_t offset) {
                    weights_.kernels.training.attend_back({.head = head,
                                                           .d_context = d_.d_context.data() + offset,
                                                           .d_queries = d_.d_queries.data() + offset,
                                                           .d_keys = d_.d_keys.data() + offset,
                                                           .d_values = d_.d_values.data() + offset});
                  });
  }

  void normalize(const CpuNorm& norm, const FloatBuffer& in, const FloatBuffer& d_out, const float* residual,
                 FloatBuffer& d_in) {
    weights_.kernels.training.layer_norm_back({.in = in.data(),
                                               .weight = norm.weight.data(),
                                               .d_out = d_out.data(),
                                               .stride = weights_.hidden.stride(),
                                               .rows = piece_.rows,
                                               .width = weights_.config.hidden,
                                               .epsilon = checkpoint::kNormEpsilon,
                                               .residual = residual,
                                               .d_in = d_in.data(),
                                               .d_weight = gradients_.of(norm.parameter),
                                               .d_bias = gradients_.of(norm.parameter + 1)});
  }

  /// d_in = d_out * weight + residual; the layer's own gradients are added to.
  void apply(const CpuLinear& linear, const FloatBuffer& in, const FloatBuffer& d_out, const float* residual,
             FloatBuffer& d_in) {
    const auto& set = weights_.kernels;
    const std::size_t in_stride = linear.in.stride();
    const std::size_t out_stride = linear.out.stride();
    set.multiply({.a = d_out.data(),
                  .a_stride = out_stride,
                  .b = {linear.rows.data(), in_stride, kernels::kPanel},
                  .rows = piece_.rows,
                  .depth = linear.out.depth(),
                  .columns = in_stride,
                  .residual = residual,
                  .residual_stride = in_stride,
                  .out = d_in.data(),
                  .out_stride = in_stride});
    set.training.add_rows(d_out.data(), piece_.rows, out_stride, gradients_.of(linear.parameter + 1));
    // The gradient of the weight is d_out^T * in, added to the sum so far as a residual.
    float* const d_weight = gradients_.of(linear.parameter);
    set.multiply({.a = d_out.data(),
                  .a_stride = 1,
                  .a_step = out_stride,
                  .b = {in.data(), in_stride, kernels::kPanel},
                  .rows = linear.out.depth(),
                  .depth = piece_.rows,
                  .columns = in_stride,
                  .residual = d_weight,
                  .residual_stride = in_stride,
                  .out = d_weight,
                  .out_stride = in_stride});
  }

  void drop(std::size_t number, DropoutPlace place, std::size_t stride, const FloatBuffer& in, FloatBuffer& out) const {
    drop_rows(weights_, piece_, dropout_, number, place, stride, in.data(), nullptr, out.data());
  }

  const CpuWeights& weights_;
  const CpuPiece& piece_;
  const CpuDropout& dropout_;
  CpuStates& states_;
  CpuBackScratch& d_;
  CpuGradients& gradients_;
};

}  // namespace

void CpuBackScratch::make_room(const CpuWeights& weights, const CpuPiece& piece) {
  for (auto* buffer : {&d_states, &d_out, &d_middle, &d_normed, &dropped}) {
    grow(*buffer, piece.rows * weights.hidden.stride());
  }
  for (auto* buffer : {&d_queries, &d_keys, &d_values, &d_context}) {
    grow(*buffer, piece.rows * weights.by_heads.stride());
  }
  grow(d_inner, piece.rows * weights.feed_forward.stride());
}

void backward(const CpuWeights& weights, const CpuPiece& piece, const CpuDropout& dropout, CpuStates& states,
              CpuBackScratch& scratch, CpuGradients& gradients) {
  Backward(weights, piece, dropout, states, scratch, gradients).run();
}

}  // namespace sasrec::training
