#include "training/tiled_softmax.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "kernels/aligned_buffer.hpp"

namespace sasrec::training {
namespace {

using at::Tensor;
using kernels::FloatBuffer;
using kernels::kPanel;

/// Tokens of a block and items of a tile: multiples of what the kernels take at a time (kPanel; 6 rows), and together
/// with their embeddings no more than the second-level cache holds.
constexpr std::size_t kTokens = 96;
constexpr std::size_t kItems = 192;

constexpr float kLowest = -3e38F;  ///< e to it is 0

/// As the kernels read matrices: zeros up to a multiple of kPanel behind each row.
Tensor padded(const Tensor& matrix) {
  const auto width = static_cast<std::size_t>(matrix.size(1));
  const auto missing = static_cast<std::int64_t>(kernels::round_up(width) - width);
  return missing == 0 ? matrix.contiguous() : at::constant_pad_nd(matrix, {0, missing});
}

/// The problem as plain memory, and where its gradients go.
struct Matrices {
  const kernels::Kernels& kernels;
  const LeftOut& left_out;
  std::size_t tokens;
  std::size_t hidden;
  std::size_t width;             ///< round_up(hidden), the row stride of all matrices
  const float* states;           ///< [tokens, width]
  const float* positives;        ///< [tokens, width]
  const float* positive_logits;  ///< [tokens]
  const float* items;            ///< [items, width]
  const float* offsets;          ///< [items] or none
  float* d_states;               ///< [tokens, width]
  float* d_positive_logits;      ///< [tokens]
  float* d_items;                ///< [items, width]
};

/// Some of the tokens.
struct Block {
  std::size_t first;
  std::size_t count;
  const float* panels;  ///< their states, packed
  float* highest;       ///< [count], of each token's logits
  float* factors;       ///< [count], what e^(logit - highest) is multiplied by to be a gradient by the logit
};

/// The items of one thread. For each block of tokens weigh() comes first, then add_item_gradients().
class Part {
 public:
  Part(const Matrices& matrices, std::size_t begin, std::size_t end)
      : m_(matrices),
        begin_(begin),
        end_(end),
        weights_((end - begin) * kTokens),
        references_((end - begin + kItems - 1) / kItems * kTokens),
        highest_(kTokens),
        sums_(kTokens),
        decays_(kTokens),
        scaled_states_(kTokens * matrices.width),
        d_states_(kTokens * matrices.width) {}

  /// Of each token the highest logit, the sum of e^(logit - highest), and that of e^(logit - highest) times the item.
  void weigh(const Block& block) {
    std::ranges::fill(highest_.span(), kLowest);
    std::ranges::fill(sums_.span(), 0.0F);
    std::ranges::fill(d_states_.span(), 0.0F);
    for (std::size_t first = begin_; first < end_; first += kItems) weigh_tile(block, first);
  }

  void add_item_gradients(const Block& block) {
    const float* scaled_by = nullptr;
    for (std::size_t first = begin_; first < end_; first += kItems) {
      const float* const references = references_of(first);
      if (scaled_by == nullptr || !std::equal(references, references + block.count, scaled_by)) {
        for (std::size_t t = 0; t < block.count; ++t) {
          const float factor = block.factors[t] * std::exp(references[t] - block.highest[t]);
          const float* const state = m_.states + (block.first + t) * m_.width;
          for (std::size_t c = 0; c < m_.width; ++c) scaled_states_.data()[t * m_.width + c] = factor * state[c];
        }
        scaled_by = references;
      }
      float* const d_items = m_.d_items + first * m_.width;
      m_.kernels.multiply({.a = weights_of(first),
                           .a_stride = kTokens,
                           .b = {scaled_states_.data(), m_.width, kPanel},
                           .rows = items_from(first),
                           .depth = block.count,
                           .columns = m_.width,
                           .residual = d_items,
                           .residual_stride = m_.width,
                           .out = d_items,
                           .out_stride = m_.width});
    }
  }

  float highest(std::size_t token) const { return highest_.data()[token]; }
  float sum(std::size_t token) const { return sums_.data()[token]; }
  std::span<const float> d_state(std::size_t token) const {
    return d_states_.span().subspan(token * m_.width, m_.width);
  }

 private:
  std::size_t items_from(std::size_t first) const { return std::min(kItems, end_ - first); }
  float* weights_of(std::size_t item) { return weights_.data() + (item - begin_) * kTokens; }
  float* references_of(std::size_t first) { return references_.data() + (first - begin_) / kItems * kTokens; }

  void weigh_tile(const Block& block, std::size_t first) {
    const std::size_t items = items_from(first);
    const std::size_t columns = kernels::round_up(block.count);
    const float* const embeddings = m_.items + first * m_.width;
    float* const weights = weights_of(first);
    m_.kernels.multiply({.a = embeddings,
                         .a_stride = m_.width,
                         .b = {block.panels, kPanel, m_.hidden * kPanel},
                         .rows = items,
                         .depth = m_.hidden,
                         .columns = columns,
                         .out = weights,
                         .out_stride = kTokens});
    leave_out(block, first);
    m_.kernels.exponentiate({.logits = weights,
                             .stride = kTokens,
                             .items = items,
                             .tokens = columns,
                             .offsets = m_.offsets == nullptr ? nullptr : m_.offsets + first,
                             .highest = highest_.data(),
                             .sums = sums_.data(),
                             .decays = decays_.data()});
    std::ranges::copy(highest_.span(), references_of(first));
    for (std::size_t t = 0; t < block.count; ++t) {
      const float decay = decays_.data()[t];
      if (decay == 1.0F) continue;
      for (std::size_t c = 0; c < m_.width; ++c) d_states_.data()[t * m_.width + c] *= decay;
    }
    m_.kernels.multiply({.a = weights,
                         .a_stride = 1,
                         .a_step = kTokens,
                         .b = {embeddings, m_.width, kPanel},
                         .rows = block.count,
                         .depth = items,
                         .columns = m_.width,
                         .residual = d_states_.data(),
                         .residual_stride = m_.width,
                         .out = d_states_.data(),
                         .out_stride = m_.width});
  }

  void leave_out(const Block& block, std::size_t first) {
    for (std::size_t t = 0; t < block.count; ++t) {
      const auto* row = m_.left_out.rows.data() + m_.left_out.begin[block.first + t];
      const auto* const last = m_.left_out.rows.data() + m_.left_out.begin[block.first + t + 1];
      for (; row != last; ++row) {
        if (*row >= first && *row < first + items_from(first)) weights_of(*row)[t] = kLowest;
      }
    }
  }

  const Matrices& m_;
  std::size_t begin_;
  std::size_t end_;
  FloatBuffer weights_;     ///< [items, kTokens]: logits, then e^(logit - reference)
  FloatBuffer references_;  ///< [tiles, kTokens]
  FloatBuffer highest_;     ///< [kTokens], as the two that follow
  FloatBuffer sums_;
  FloatBuffer decays_;
  FloatBuffer scaled_states_;  ///< [kTokens, width]
  FloatBuffer d_states_;       ///< [kTokens, width], times the sum
};

/// As many as there are threads for, of whole tiles.
std::vector<Part> parts_of(const Matrices& matrices, std::size_t items) {
  const auto threads = static_cast<std::size_t>(at::in_parallel_region() ? 1 : at::get_num_threads());
  const std::size_t tiles = (items + kItems - 1) / kItems;
  const std::size_t share = (tiles + threads - 1) / threads * kItems;
  std::vector<Part> parts;
  for (std::size_t begin = 0; begin < items; begin += share) {
    parts.emplace_back(matrices, begin, std::min(items, begin + share));
  }
  return parts;
}

void for_each(std::vector<Part>& parts, const std::function<void(Part&)>& work) {
  at::parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(parts[static_cast<std::size_t>(i)]);
  });
}

/// What the parts have found about a block of tokens becomes their loss (the sum of it) and the gradients by states and
/// positive logits, and what the parts need for the gradients by items.
double finish_tokens(const Matrices& m, std::span<const Part> parts, const Block& block) {
  const double share = 1.0 / static_cast<double>(m.tokens);
  double loss = 0;
  for (std::size_t t = 0; t < block.count; ++t) {
    const std::size_t token = block.first + t;
    const float positive_logit = m.positive_logits[token];
    float highest = positive_logit;
    for (const auto& part : parts) highest = std::max(highest, part.highest(t));
    double sum = std::exp(double{positive_logit} - double{highest});
    for (const auto& part : parts) sum += double{part.sum(t)} * std::exp(double{part.highest(t)} - double{highest});
    const double log_probability = double{positive_logit} - double{highest} - std::log(sum);
    loss -= log_probability;

    const auto d_positive = static_cast<float>(share * std::expm1(log_probability));
    const std::span d_state(m.d_states + token * m.width, m.width);
    const float* const positive = m.positives + token * m.width;
    for (std::size_t c = 0; c < m.width; ++c) d_state[c] = d_positive * positive[c];
    block.highest[t] = highest;
    block.factors[t] = static_cast<float>(share / sum);
    for (const auto& part : parts) {
      const float factor = block.factors[t] * std::exp(part.highest(t) - highest);
      const auto more = part.d_state(t);
      for (std::size_t c = 0; c < m.width; ++c) d_state[c] += factor * more[c];
    }
    m.d_positive_logits[token] = d_positive;
  }
  return loss;
}

}  // namespace

SoftmaxGradients tiled_softmax(const SoftmaxProblem& problem, const kernels::Kernels& kernels) {
  const auto states = padded(problem.states);
  const auto positives = padded(problem.positives);
  const auto items = padded(problem.items);
  const auto offsets = problem.offsets.defined() ? problem.offsets.contiguous() : Tensor();
  const auto positive_logits = (states * positives).sum(1);
  const auto d_states = at::empty_like(states);
  const auto d_items = at::zeros_like(items);
  const auto d_positive_logits = at::empty_like(positive_logits);
  const auto hidden = static_cast<std::size_t>(problem.states.size(1));
  const Matrices m{.kernels = kernels,
                   .left_out = problem.left_out,
                   .tokens = static_cast<std::size_t>(states.size(0)),
                   .hidden = hidden,
                   .width = kernels::round_up(hidden),
                   .states = states.const_data_ptr<float>(),
                   .positives = positives.const_data_ptr<float>(),
                   .positive_logits = positive_logits.const_data_ptr<float>(),
                   .items = items.const_data_ptr<float>(),
                   .offsets = offsets.defined() ? offsets.const_data_ptr<float>() : nullptr,
                   .d_states = d_states.mutable_data_ptr<float>(),
                   .d_positive_logits = d_positive_logits.mutable_data_ptr<float>(),
                   .d_items = d_items.mutable_data_ptr<float>()};
  auto parts = parts_of(m, static_cast<std::size_t>(items.size(0)));
  FloatBuffer panels(kTokens * hidden);
  FloatBuffer highest(kTokens);
  FloatBuffer factors(kTokens);
  double loss = 0;
  for (std::size_t first = 0; first < m.tokens; first += kTokens) {
    const Block block{.first = first,
                      .count = std::min(kTokens, m.tokens - first),
                      .panels = panels.data(),
                      .highest = highest.data(),
                      .factors = factors.data()};
    kernels.to_panels(m.states + first * m.width, m.width, block.count, hidden, panels.data());
    for_each(parts, [&](Part& part) { part.weigh(block); });
    loss += finish_tokens(m, parts, block);
    for_each(parts, [&](Part& part) { part.add_item_gradients(block); });
  }
  return {.loss = loss / static_cast<double>(m.tokens),
          .states = d_states.narrow(1, 0, problem.states.size(1)),
          .items = d_items.narrow(1, 0, problem.items.size(1)),
          .positive_logits = d_positive_logits};
}

}  // namespace sasrec::training
