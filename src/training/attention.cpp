#include "training/attention.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "training/dropout.hpp"
#include "training/random.hpp"

namespace sasrec::training {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Where each sequence's rows and its heads' square weight matrices stand.
struct Layout {
  std::vector<std::int64_t> rows;     ///< [S + 1]
  std::vector<std::int64_t> weights;  ///< [S + 1], in floats, all heads of a sequence one after the other
};

Layout layout_of(const std::vector<std::int64_t>& lengths, std::int64_t heads) {
  Layout layout{{0}, {0}};
  for (const auto length : lengths) {
    layout.rows.push_back(layout.rows.back() + length);
    layout.weights.push_back(layout.weights.back() + heads * length * length);
  }
  return layout;
}

/// One head of one sequence: rows [row, row + length), columns [column, column + width).
struct Head {
  std::int64_t row, length, column, width, weights;
  std::uint64_t seed;

  Tensor slice(const Tensor& tensor) const { return tensor.narrow(0, row, length).narrow(1, column, width); }
  Tensor square(const Tensor& flat) const { return flat.narrow(0, weights, length * length).view({length, length}); }
};

/// Square matrices for one thread's work, allocated once for all its sequences.
struct Scratch {
  Tensor first, second;  // [longest * longest]

  explicit Scratch(std::int64_t longest)
      : first(at::empty({longest * longest}, at::kFloat)), second(at::empty({longest * longest}, at::kFloat)) {}
};

Tensor square_of(const Tensor& flat, std::int64_t length) {
  return flat.narrow(0, 0, length * length).view({length, length});
}

template <class Work>
void for_each_head(const Layout& layout, const std::vector<std::int64_t>& lengths, std::int64_t heads,
                   std::int64_t hidden, std::uint64_t seed, const Work& work) {
  const auto jobs = static_cast<std::int64_t>(lengths.size()) * heads;
  at::parallel_for(0, jobs, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;  // worker threads don't inherit the caller's
    Scratch scratch(*std::ranges::max_element(lengths));
    for (std::int64_t job = begin; job < end; ++job) {
      const auto s = static_cast<std::size_t>(job / heads);
      const std::int64_t head = job % heads;
      const std::int64_t width = hidden / heads;
      work(Head{layout.rows[s], lengths[s], head * width, width, layout.weights[s] + head * lengths[s] * lengths[s],
                mix(seed ^ static_cast<std::uint64_t>(job))},
           scratch);
    }
  });
}

void drop_weights(Tensor& weights, double probability, std::uint64_t seed) {
  drop({weights.data_ptr<float>(), static_cast<std::size_t>(weights.numel())}, probability, seed);
}

Tensor causal_mask(std::int64_t longest) {
  return at::full({longest, longest}, -std::numeric_limits<float>::infinity()).triu(1);
}

class RaggedAttention : public torch::autograd::Function<RaggedAttention> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& query, const Tensor& key, const Tensor& value,
                        const std::vector<std::int64_t>& lengths, std::int64_t heads, double dropout,
                        std::int64_t seed) {
    const auto layout = layout_of(lengths, heads);
    const auto hidden = query.size(1);
    const double scale = 1.0 / std::sqrt(static_cast<double>(hidden / heads));
    const auto mask = causal_mask(*std::ranges::max_element(lengths));
    const auto q = query.contiguous();
    const auto k = key.contiguous();
    const auto v = value.contiguous();
    auto weights = at::empty({layout.weights.back()}, query.options());
    auto output = at::empty_like(q);
    for_each_head(layout, lengths, heads, hidden, static_cast<std::uint64_t>(seed),
                  [&](const Head& head, Scratch& scratch) {
                    const auto visible = mask.narrow(0, 0, head.length).narrow(1, 0, head.length);
                    auto logits = square_of(scratch.first, head.length);
                    at::addmm_out(logits, visible, head.slice(q), head.slice(k).t(), 1.0, scale);
                    auto softmax = head.square(weights);
                    at::_softmax_out(softmax, logits, -1, false);
                    auto target = head.slice(output);
                    if (dropout > 0) {
                      auto dropped = logits.copy_(softmax);
                      drop_weights(dropped, dropout, head.seed);
                      at::mm_out(target, dropped, head.slice(v));
                    } else {
                      at::mm_out(target, softmax, head.slice(v));
                    }
                  });
    context->save_for_backward({q, k, v, weights});
    context->saved_data["lengths"] = lengths;
    context->saved_data["heads"] = heads;
    context->saved_data["dropout"] = dropout;
    context->saved_data["seed"] = seed;
    return output;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor& q = saved[0];
    const Tensor& k = saved[1];
    const Tensor& v = saved[2];
    const Tensor& weights = saved[3];
    const auto lengths = context->saved_data["lengths"].toIntVector();
    const auto heads = context->saved_data["heads"].toInt();
    const auto dropout = context->saved_data["dropout"].toDouble();
    const auto seed = static_cast<std::uint64_t>(context->saved_data["seed"].toInt());
    const auto hidden = q.size(1);
    const double scale = 1.0 / std::sqrt(static_cast<double>(hidden / heads));
    const auto d_output = gradients[0].contiguous();
    auto d_query = at::empty_like(q);
    auto d_key = at::empty_like(k);
    auto d_value = at::empty_like(v);
    for_each_head(layout_of(lengths, heads), lengths, heads, hidden, seed, [&](const Head& head, Scratch& scratch) {
      const auto softmax = head.square(weights);
      const auto d_out = head.slice(d_output);
      auto d_weights = square_of(scratch.first, head.length);
      at::mm_out(d_weights, d_out, head.slice(v).t());
      auto spare = square_of(scratch.second, head.length);
      auto d_v = head.slice(d_value);
      if (dropout > 0) {
        spare.copy_(softmax);
        drop_weights(spare, dropout, head.seed);
        at::mm_out(d_v, spare.t(), d_out);
        drop_weights(d_weights, dropout, head.seed);
      } else {
        at::mm_out(d_v, softmax.t(), d_out);
      }
      at::_softmax_backward_data_out(spare, d_weights, softmax, -1, at::kFloat);
      const auto d_logits = spare.mul_(scale);
      auto d_q = head.slice(d_query);
      at::mm_out(d_q, d_logits, head.slice(k));
      auto d_k = head.slice(d_key);
      at::mm_out(d_k, d_logits.t(), head.slice(q));
    });
    return {d_query, d_key, d_value, Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor attention_padded(const Tensor& query, const Tensor& key, const Tensor& value,
                        const std::vector<std::int64_t>& lengths, const AttentionOptions& options) {
  const auto sequences = static_cast<std::int64_t>(lengths.size());
  const auto longest = *std::ranges::max_element(lengths);
  std::vector<std::int64_t> slots;  // of each token in [S, longest]
  for (std::int64_t s = 0; s < sequences; ++s) {
    for (std::int64_t t = 0; t < lengths[static_cast<std::size_t>(s)]; ++t) slots.push_back(s * longest + t);
  }
  const auto slot = at::tensor(slots).to(query.device());
  const auto hidden = query.size(1);
  const auto spread = [&](const Tensor& packed) {
    const auto padded = at::zeros({sequences * longest, hidden}, packed.options()).index_copy(0, slot, packed);
    return padded.view({sequences, longest, options.heads, hidden / options.heads}).transpose(1, 2);
  };
  const auto attended = at::scaled_dot_product_attention(spread(query), spread(key), spread(value), {}, options.dropout,
                                                         /*is_causal=*/true);
  return attended.transpose(1, 2).reshape({sequences * longest, hidden}).index_select(0, slot);
}

Tensor ragged_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                        const std::vector<std::int64_t>& lengths, const AttentionOptions& options) {
  if (!query.is_cpu()) return attention_padded(query, key, value, lengths, options);
  return RaggedAttention::apply(query, key, value, lengths, options.heads, options.dropout,
                                static_cast<std::int64_t>(options.seed));
}

}  // namespace sasrec::training
