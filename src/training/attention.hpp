#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace sasrec::training {

struct AttentionOptions {
  std::int64_t heads = 1;
  double dropout = 0;      ///< probability of dropping an attention weight; 0 outside training
  std::uint64_t seed = 0;  ///< of the dropout; which weights it drops does not depend on the number of threads
};

/// Causal scaled dot-product attention within each sequence of a packed batch, differentiable. On a CPU and in fp32
/// each sequence is computed at its own length. Otherwise attention_padded computes it.
///
/// query, key, value   [T, hidden]; sequence s owns the next lengths[s] rows
/// returns             [T, hidden], heads side by side
at::Tensor ragged_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            const std::vector<std::int64_t>& lengths, const AttentionOptions& options);

/// The same with all sequences padded on the right to the longest, in one call of scaled_dot_product_attention. Under a
/// causal mask no real position sees the padding.
at::Tensor attention_padded(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            const std::vector<std::int64_t>& lengths, const AttentionOptions& options);

}  // namespace sasrec::training
