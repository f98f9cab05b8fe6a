#include "training/attention.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "training/dropout.hpp"
#include "training/random.hpp"

// BLAS, which LibTorch contains and exports. Its own tensors' products take longer to call than blocks take to
// multiply.
extern "C" void sgemm_(const char* first_type, const char* second_type, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* a_stride, const float* b, const int* b_stride,
                       const float* beta, float* c, const int* c_stride);

namespace sasrec::training {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Query rows that are computed together. They attend to nothing behind the last of them, so that little more than the
/// lower triangle of the weights is ever computed, and what is computed stays in the cache.
constexpr std::int64_t kRows = 64;

/// The weights of query rows [first, first + count) for the keys [0, first + count), row-major.
struct Block {
  std::int64_t first, count, weights;  // weights: their offset among the head's
  std::int64_t keys() const { return first + count; }
};

template <class Work>
void for_each_block(std::int64_t length, const Work& work) {
  std::int64_t weights = 0;
  for (std::int64_t first = 0; first < length; first += kRows) {
    const Block block{first, std::min(kRows, length - first), weights};
    work(block);
    weights += block.count * block.keys();
  }
}

std::int64_t weights_of_head(std::int64_t length) {
  std::int64_t weights = 0;
  for_each_block(length, [&](const Block& block) { weights += block.count * block.keys(); });
  return weights;
}

/// The offsets of each sequence's rows and of its heads' weights.
struct Layout {
  std::vector<std::int64_t> rows;     ///< [S + 1]
  std::vector<std::int64_t> weights;  ///< [S + 1], in floats, all heads of a sequence one after the other
};

Layout layout_of(const std::vector<std::int64_t>& lengths, std::int64_t heads) {
  Layout layout{{0}, {0}};
  for (const auto length : lengths) {
    layout.rows.push_back(layout.rows.back() + length);
    layout.weights.push_back(layout.weights.back() + heads * weights_of_head(length));
  }
  return layout;
}

/// A row-major matrix, or the transpose of one, somewhere in a tensor.
struct Matrix {
  float* data;
  std::int64_t stride;  // from row to row, as it is stored
  bool transposed = false;

  Matrix t() const { return {data, stride, !transposed}; }
};

/// c [m, n] = scale a [m, k] b [k, n] + keep c; `c` as it is stored.
void multiply(Matrix a, Matrix b, Matrix c, std::int64_t m, std::int64_t n, std::int64_t k, float scale, float keep) {
  const auto type = [](const Matrix& matrix) {
    return matrix.transposed ? 'T' : 'N';
  };
  const auto number = [](std::int64_t value) {
    return static_cast<int>(value);
  };
  // BLAS is column-major, so it is given the transpose of everything.
  const char first = type(b);
  const char second = type(a);
  const int columns = number(n), rows = number(m), inner = number(k);
  const int first_stride = number(b.stride), second_stride = number(a.stride), stride = number(c.stride);
  ::sgemm_(&first, &second, &columns, &rows, &inner, &scale, b.data, &first_stride, a.data, &second_stride, &keep,
           c.data, &stride);
}

/// One head of one sequence: rows [row, row + length), columns [column, column + width).
struct Head {
  std::int64_t row, length, column, width, weights;
  std::uint64_t seed;

  /// Its rows from `first` on, in a tensor [T, hidden].
  Matrix from(const Tensor& tensor, std::int64_t first = 0) const {
    return {tensor.data_ptr<float>() + (row + first) * tensor.stride(0) + column, tensor.stride(0)};
  }
  std::uint64_t seed_of(const Block& block) const { return mix(seed ^ static_cast<std::uint64_t>(block.first)); }
};

/// A block's matrix at the beginning of a flat tensor, or further in.
Tensor view_of(const Tensor& flat, const Block& block, std::int64_t offset = 0) {
  return flat.narrow(0, offset, block.count * block.keys()).view({block.count, block.keys()});
}

Matrix matrix_of(const Tensor& view) {
  return {view.data_ptr<float>(), view.size(1)};
}

/// Memory for one thread's work, allocated once for all its sequences.
struct Scratch {
  Tensor first, second;  // [kRows * longest]

  explicit Scratch(std::int64_t longest)
      : first(at::empty({kRows * longest}, at::kFloat)), second(at::empty({kRows * longest}, at::kFloat)) {}
};

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
      work(Head{layout.rows[s], lengths[s], head * width, width, layout.weights[s] + head * weights_of_head(lengths[s]),
                mix(seed ^ static_cast<std::uint64_t>(job))},
           scratch);
    }
  });
}

void drop_weights(const Tensor& weights, double probability, std::uint64_t seed) {
  drop({weights.data_ptr<float>(), static_cast<std::size_t>(weights.numel())}, probability, seed);
}

/// Keys behind a query get no weight.
void mask_future(const Tensor& logits, const Block& block) {
  auto* const data = logits.data_ptr<float>();
  for (std::int64_t i = 0; i < block.count; ++i) {
    std::fill(data + i * block.keys() + block.first + i + 1, data + (i + 1) * block.keys(),
              -std::numeric_limits<float>::infinity());
  }
}

class RaggedAttention : public torch::autograd::Function<RaggedAttention> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& query, const Tensor& key, const Tensor& value,
                        const std::vector<std::int64_t>& lengths, std::int64_t heads, double dropout,
                        std::int64_t seed) {
    const auto layout = layout_of(lengths, heads);
    const auto hidden = query.size(1);
    const float scale = scale_of(hidden / heads);
    const auto q = query.contiguous();
    const auto k = key.contiguous();
    const auto v = value.contiguous();
    auto weights = at::empty({layout.weights.back()}, query.options());
    auto output = at::empty_like(q);
    for_each_head(layout, lengths, heads, hidden, static_cast<std::uint64_t>(seed),
                  [&](const Head& head, Scratch& scratch) {
                    for_each_block(head.length, [&](const Block& block) {
                      const auto logits = view_of(scratch.first, block);
                      multiply(head.from(q, block.first), head.from(k).t(), matrix_of(logits), block.count,
                               block.keys(), head.width, scale, 0);
                      mask_future(logits, block);
                      auto softmax = view_of(weights, block, head.weights + block.weights);
                      at::_softmax_out(softmax, logits, -1, false);
                      if (dropout > 0) {
                        logits.copy_(softmax);
                        drop_weights(logits, dropout, head.seed_of(block));
                      }
                      multiply(matrix_of(dropout > 0 ? logits : softmax), head.from(v), head.from(output, block.first),
                               block.count, head.width, block.keys(), 1, 0);
                    });
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
    const float scale = scale_of(hidden / heads);
    const auto d_output = gradients[0].contiguous();
    auto d_query = at::empty_like(q);
    auto d_key = at::zeros_like(k);
    auto d_value = at::zeros_like(v);
    for_each_head(layout_of(lengths, heads), lengths, heads, hidden, seed, [&](const Head& head, Scratch& scratch) {
      for_each_block(head.length, [&](const Block& block) {
        const auto softmax = view_of(weights, block, head.weights + block.weights);
        const auto d_out = head.from(d_output, block.first);
        const auto d_weights = view_of(scratch.first, block);
        auto spare = view_of(scratch.second, block);
        multiply(d_out, head.from(v).t(), matrix_of(d_weights), block.count, block.keys(), head.width, 1, 0);
        if (dropout > 0) {
          spare.copy_(softmax);
          drop_weights(spare, dropout, head.seed_of(block));
          drop_weights(d_weights, dropout, head.seed_of(block));
        }
        multiply(matrix_of(dropout > 0 ? spare : softmax).t(), d_out, head.from(d_value), block.keys(), head.width,
                 block.count, 1, 1);
        at::_softmax_backward_data_out(spare, d_weights, softmax, -1, at::kFloat);
        const auto d_logits = matrix_of(spare);
        multiply(d_logits, head.from(k), head.from(d_query, block.first), block.count, head.width, block.keys(), scale,
                 0);
        multiply(d_logits.t(), head.from(q, block.first), head.from(d_key), block.keys(), head.width, block.count,
                 scale, 1);
      });
    });
    return {d_query, d_key, d_value, Tensor(), Tensor(), Tensor(), Tensor()};
  }

 private:
  static float scale_of(std::int64_t width) { return 1.0F / std::sqrt(static_cast<float>(width)); }
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
  if (!query.is_cpu() || query.scalar_type() != at::kFloat)
    return attention_padded(query, key, value, lengths, options);
  return RaggedAttention::apply(query, key, value, lengths, options.heads, options.dropout,
                                static_cast<std::int64_t>(options.seed));
}

}  // namespace sasrec::training
