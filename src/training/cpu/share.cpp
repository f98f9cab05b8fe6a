#include "training/cpu/share.hpp"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "training/cpu/forward.hpp"
#include "training/cpu/rows.hpp"

namespace sasrec::training {
namespace {

/// log(1 + e^x)
float softplus(float x) {
  return std::max(x, 0.0F) + std::log1p(std::exp(-std::abs(x)));
}

float sigmoid(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

/// Copies rows of a table into the layout of the kernels.
void gather(const float* table, const std::int64_t* which, std::size_t rows, kernels::Channels channels, float* out) {
  const ChosenRows<const float> chosen(table, which, rows, channels.width);
  for (std::size_t r = 0; r < rows; ++r) std::copy_n(chosen.row(r), channels.width, out + r * channels.stride());
}

}  // namespace

ShareGradients CpuShare::bce(const TrainingBatch& batch, std::span<const std::uint64_t> seeds,
                             const CpuDropout& dropout, double weight) {
  const auto pieces = cut(batch.inputs, seeds);
  const auto* targets = batch.targets.const_data_ptr<std::int64_t>();
  const auto* negatives = batch.negatives.const_data_ptr<std::int64_t>();
  const double token_weight = weight / static_cast<double>(batch.targets.numel());
  gradients_.clear();
  // One set of states is enough: each piece is finished before the next one begins.
  if (states_.empty()) states_.resize(1);
  auto& states = states_.front();
  double loss = 0;
  for (const auto& piece : pieces) {
    forward(weights_, piece, dropout, states);
    back_.make_room(weights_, piece);
    loss += compare(piece, targets + piece.first, negatives + piece.first, token_weight, states);
    backward(weights_, piece, dropout, states, back_, gradients_);
  }
  return {.loss = loss, .of_parameters = gradients_.to_tensors()};
}

double CpuShare::compare(const CpuPiece& piece, const std::int64_t* targets, const std::int64_t* negatives,
                         double weight, const CpuStates& states) {
  const auto hidden = weights_.hidden;
  const std::size_t stride = hidden.stride();
  grow(positives_, piece.rows * stride);
  grow(negatives_, piece.rows * stride);
  grow(logits_, 2 * piece.rows);
  const auto* table = weights_.parameters[weights_.item_embedding].const_data_ptr<float>();
  gather(table, targets, piece.rows, hidden, positives_.data());
  gather(table, negatives, piece.rows, hidden, negatives_.data());
  const auto& kernels = weights_.kernels.training;
  float* const positive_logits = logits_.data();
  float* const negative_logits = logits_.data() + piece.rows;
  kernels.dot_rows(states.states.data(), positives_.data(), piece.rows, stride, positive_logits);
  kernels.dot_rows(states.states.data(), negatives_.data(), piece.rows, stride, negative_logits);
  const auto share = static_cast<float>(weight);
  const ChosenRows d_targets(gradients_.of_items(), targets, piece.rows, hidden.width);
  const ChosenRows d_others(gradients_.of_items(), negatives, piece.rows, hidden.width);
  double loss = 0;
  for (std::size_t r = 0; r < piece.rows; ++r) {
    loss += double{softplus(-positive_logits[r])} + double{softplus(negative_logits[r])};
    const float d_positive = -sigmoid(-positive_logits[r]) * share;
    const float d_negative = sigmoid(negative_logits[r]) * share;
    const float* state = states.states.data() + r * stride;
    const float* positive = positives_.data() + r * stride;
    const float* negative = negatives_.data() + r * stride;
    float* const d_state = back_.d_states.data() + r * stride;
    float* const d_target = d_targets.row(r);
    float* const d_other = d_others.row(r);
    for (std::size_t c = 0; c < stride; ++c) d_state[c] = d_positive * positive[c] + d_negative * negative[c];
    for (std::size_t c = 0; c < hidden.width; ++c) d_target[c] += d_positive * state[c];
    for (std::size_t c = 0; c < hidden.width; ++c) d_other[c] += d_negative * state[c];
  }
  return loss * weight;
}

ShareGradients CpuShare::any(const PackedSequences& inputs, std::span<const std::uint64_t> seeds,
                             const CpuDropout& dropout,
                             const std::function<at::Tensor(const at::Tensor& states)>& loss) {
  const auto pieces = cut(inputs, seeds);
  const std::size_t width = weights_.hidden.width;
  const std::size_t stride = weights_.hidden.stride();
  if (states_.size() < pieces.size()) states_.resize(pieces.size());
  auto all = at::empty({inputs.items.numel(), static_cast<std::int64_t>(width)}, at::kFloat);
  auto* row = all.data_ptr<float>();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    forward(weights_, pieces[i], dropout, states_[i]);
    const float* from = states_[i].states.data();
    for (std::size_t r = 0; r < pieces[i].rows; ++r, from += stride) row = std::copy_n(from, width, row);
  }
  all.requires_grad_();
  const auto value = loss(all);
  const auto by = torch::autograd::grad({value}, {all, weights_.parameters[weights_.item_embedding]});
  gradients_.clear();
  const auto d_items = by[1].contiguous();
  std::copy_n(d_items.const_data_ptr<float>(), d_items.numel(), gradients_.of_items());
  const auto d_all = by[0].contiguous();
  const auto* d_row = d_all.const_data_ptr<float>();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    back_.make_room(weights_, pieces[i]);
    float* to = back_.d_states.data();
    for (std::size_t r = 0; r < pieces[i].rows; ++r, to += stride, d_row += width) {
      std::fill(std::copy_n(d_row, width, to), to + stride, 0.0F);
    }
    backward(weights_, pieces[i], dropout, states_[i], back_, gradients_);
  }
  return {.loss = value.item<double>(), .of_parameters = gradients_.to_tensors()};
}

}  // namespace sasrec::training
