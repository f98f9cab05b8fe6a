#include "training/losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>
#include <vector>

#include "training/tiled_softmax.hpp"

namespace sasrec::training {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Whether our own kernels compute the loss. Otherwise LibTorch does, block by block.
bool on_kernels(const Tensor& states) {
  return states.is_cpu() && states.scalar_type() == at::kFloat;
}

/// table[rows[i]] += values[i]; rows may repeat.
void add_rows(Tensor& table, const Tensor& rows, const Tensor& values) {
  auto to = table.accessor<float, 2>();
  const auto which = rows.accessor<std::int64_t, 1>();
  const auto from = values.accessor<float, 2>();
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    for (std::int64_t c = 0; c < values.size(1); ++c) to[which[i]][c] += from[i][c];
  }
}

/// Leaves out the padding's row, and each token's own target, which is its positive.
LeftOut padding_and_targets(const Tensor& targets) {
  LeftOut left_out;
  const auto target = targets.accessor<std::int64_t, 1>();
  for (std::int64_t t = 0; t < targets.size(0); ++t) {
    left_out.begin.push_back(left_out.rows.size());
    left_out.rows.insert(left_out.rows.end(), {0, static_cast<std::size_t>(target[t])});
  }
  left_out.begin.push_back(left_out.rows.size());
  return left_out;
}

/// Leaves out the negatives that equal a token's target.
LeftOut hits(const Tensor& targets, const Tensor& negatives) {
  std::unordered_map<std::int64_t, std::vector<std::size_t>> rows_of;
  const auto negative = negatives.accessor<std::int64_t, 1>();
  for (std::int64_t row = 0; row < negatives.size(0); ++row) {
    rows_of[negative[row]].push_back(static_cast<std::size_t>(row));
  }
  LeftOut left_out;
  const auto target = targets.accessor<std::int64_t, 1>();
  for (std::int64_t t = 0; t < targets.size(0); ++t) {
    left_out.begin.push_back(left_out.rows.size());
    const auto found = rows_of.find(target[t]);
    if (found == rows_of.end()) continue;
    left_out.rows.insert(left_out.rows.end(), found->second.begin(), found->second.end());
  }
  left_out.begin.push_back(left_out.rows.size());
  return left_out;
}

/// Cross-entropy on our kernels: over the catalogue, or over each token's target and shared negatives, if there are
/// any.
class TiledSoftmax : public torch::autograd::Function<TiledSoftmax> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& states, const Tensor& table, const Tensor& targets,
                        const std::optional<Tensor>& negatives, const std::optional<Tensor>& offsets) {
    const auto answer =
        tiled_softmax({.states = states,
                       .positives = table.index_select(0, targets),
                       .items = negatives ? table.index_select(0, *negatives) : table,
                       .offsets = offsets.value_or(Tensor()),
                       .left_out = negatives ? hits(targets, *negatives) : padding_and_targets(targets)});
    auto d_table = answer.items;
    if (negatives) {
      d_table = at::zeros_like(table);
      add_rows(d_table, *negatives, answer.items);
    }
    add_rows(d_table, targets, states * answer.positive_logits.unsqueeze(1));
    context->save_for_backward({answer.states, d_table});
    return at::scalar_tensor(answer.loss, states.options());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {saved[0] * gradients[0], saved[1] * gradients[0], Tensor(), Tensor(), Tensor()};
  }
};

/// The number of rows per block. A block of logits has about 2 MiB, so it stays in the cache between the passes.
std::int64_t block_rows(std::int64_t columns) {
  constexpr std::int64_t kBlockFloats = 1 << 19;
  return std::clamp<std::int64_t>(kBlockFloats / columns, 32, 2048);
}

/// Cross-entropy over all rows of `table` but the first, by LibTorch, loss and gradients in one go.
class BlockedSoftmax : public torch::autograd::Function<BlockedSoftmax> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& states, const Tensor& table, const Tensor& targets) {
    const auto tokens = states.size(0);
    const auto items = table.narrow(0, 1, table.size(0) - 1);
    const auto rows = block_rows(items.size(0));
    const double share = 1.0 / static_cast<double>(tokens);
    auto d_states = at::empty_like(states);
    auto d_table = at::zeros_like(table);
    auto d_items = d_table.narrow(0, 1, items.size(0));
    auto loss = at::zeros({}, states.options());
    const auto columns = targets.sub(1).unsqueeze(1);
    auto buffer = at::empty({std::min(rows, tokens), items.size(0)}, states.options());
    for (std::int64_t begin = 0; begin < tokens; begin += rows) {
      const auto count = std::min(rows, tokens - begin);
      const auto block = states.narrow(0, begin, count);
      const auto column = columns.narrow(0, begin, count);
      auto logits = buffer.narrow(0, 0, count);
      at::mm_out(logits, block, items.t());
      auto probabilities = at::_softmax(logits, -1, false);
      // Clamped for the logarithm only: a probability this small would be 0 in fp32.
      loss.sub_(probabilities.gather(1, column).clamp_min_(1e-37).log_().sum());
      probabilities.scatter_add_(1, column, at::full({count, 1}, -1.0, states.options()));
      auto d_block = d_states.narrow(0, begin, count);
      at::mm_out(d_block, probabilities, items);
      d_items.addmm_(probabilities.t(), block);
    }
    context->save_for_backward({d_states.mul_(share), d_table.mul_(share)});
    return loss.mul_(share);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {saved[0] * gradients[0], saved[1] * gradients[0], Tensor()};
  }
};

enum class SharedLoss : std::int64_t { kGbce, kSampledSoftmax };

/// A loss over each token's target and shared negatives, in blocks of rows.
/// positives [T, hidden] and negatives [M, hidden] are embeddings; hits: negative_ids == target of the token
class BlockedShared : public torch::autograd::Function<BlockedShared> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& states, const Tensor& positives,
                        const Tensor& negatives, const Tensor& bias, const Tensor& targets, const Tensor& negative_ids,
                        std::int64_t kind, double beta) {
    const auto tokens = states.size(0);
    const auto rows = block_rows(negatives.size(0) + 1);
    const auto share = 1.0 / static_cast<double>(tokens);
    auto d_states = at::empty_like(states);
    auto d_positives = at::empty_like(positives);
    auto d_negatives = at::zeros_like(negatives);
    auto loss = at::zeros({}, states.options());
    for (std::int64_t begin = 0; begin < tokens; begin += rows) {
      const auto count = std::min(rows, tokens - begin);
      const auto block = states.narrow(0, begin, count);
      const auto positive = positives.narrow(0, begin, count);
      const auto positive_logit = (block * positive).sum(1, true);
      auto logits = at::mm(block, negatives.t());
      logits.sub_(bias);
      const auto hits = targets.narrow(0, begin, count).unsqueeze(1).eq(negative_ids.unsqueeze(0));
      logits.masked_fill_(hits, -std::numeric_limits<float>::infinity());
      Tensor d_positive;  // [count, 1], by the positive's logit
      Tensor d_logits;    // [count, M]
      if (static_cast<SharedLoss>(kind) == SharedLoss::kSampledSoftmax) {
        const auto all = at::_softmax(at::cat({positive_logit, logits}, 1), -1, false);
        loss.sub_(all.narrow(1, 0, 1).clamp_min(1e-37).log_().sum());
        d_positive = all.narrow(1, 0, 1) - 1.0;
        d_logits = all.narrow(1, 1, logits.size(1)).contiguous();
      } else {
        const auto terms = 1.0 / static_cast<double>(logits.size(1) + 1);
        loss.add_((at::softplus(-positive_logit).sum() * beta + at::softplus(logits).sum()) * terms);
        d_positive = (positive_logit.sigmoid() - 1.0) * (beta * terms);
        d_logits = logits.sigmoid_().mul_(terms);
      }
      d_states.narrow(0, begin, count).copy_(at::mm(d_logits, negatives).add_(d_positive * positive));
      d_positives.narrow(0, begin, count).copy_(d_positive * block);
      d_negatives.addmm_(d_logits.t(), block);
    }
    context->save_for_backward({d_states.mul_(share), d_positives.mul_(share), d_negatives.mul_(share)});
    return loss.mul_(share);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& scale = gradients[0];
    return {saved[0] * scale, saved[1] * scale, saved[2] * scale, Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

Tensor shared_loss(const Tensor& states, const Tensor& table, const Tensor& targets, const Tensor& negatives,
                   const Tensor& bias, SharedLoss kind, double beta) {
  return BlockedShared::apply(states, at::embedding(table, targets), at::embedding(table, negatives), bias, targets,
                              negatives, static_cast<std::int64_t>(kind), beta);
}

}  // namespace

Tensor bce_loss(const Tensor& states, const Tensor& table, const Tensor& targets, const Tensor& negatives) {
  const auto positive = (states * at::embedding(table, targets)).sum(1);
  const auto negative = (states * at::embedding(table, negatives)).sum(1);
  return (at::softplus(-positive) + at::softplus(negative)).mean();
}

Tensor gbce_loss(const Tensor& states, const Tensor& table, const Tensor& targets, const Tensor& negatives, double t) {
  const double alpha = static_cast<double>(negatives.size(0)) / std::max(1.0, static_cast<double>(table.size(0) - 2));
  const double beta = alpha * (t * (1.0 - 1.0 / alpha) + 1.0 / alpha);
  const auto no_bias = at::zeros({negatives.size(0)}, states.options().requires_grad(false));
  return shared_loss(states, table, targets, negatives, no_bias, SharedLoss::kGbce, beta);
}

Tensor softmax_loss(const Tensor& states, const Tensor& table, const Tensor& targets) {
  if (on_kernels(states)) return TiledSoftmax::apply(states, table, targets, std::nullopt, std::nullopt);
  return BlockedSoftmax::apply(states, table, targets);
}

Tensor sampled_softmax_loss(const Tensor& states, const Tensor& table, const Tensor& targets, const Tensor& negatives,
                            const Tensor& log_expected) {
  if (on_kernels(states))
    return TiledSoftmax::apply(states, table, targets, std::optional(negatives), std::optional(log_expected));
  return shared_loss(states, table, targets, negatives, log_expected, SharedLoss::kSampledSoftmax, 1.0);
}

}  // namespace sasrec::training
