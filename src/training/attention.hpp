#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace sasrec::training {

struct AttentionOptions {
  std::int64_t heads = 1;
  double dropout = 0;      ///< of the attention weights; 0 outside training
  std::uint64_t seed = 0;  ///< of the dropout; the same seed drops the same weights whatever the number of threads
};

/// Causal scaled dot-product attention within each sequence of a packed batch, differentiable.
/// query, key, value   [T, hidden]; sequence s owns the next lengths[s] rows
/// returns             [T, hidden], heads side by side
/// On a CPU and in fp32 each sequence is computed at its own length; elsewhere sequences are padded to the longest of
/// the batch and handed to scaled_dot_product_attention in one call (attention_padded).
at::Tensor ragged_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            const std::vector<std::int64_t>& lengths, const AttentionOptions& options);

/// The same by padding on the right: with a causal mask no real position sees the padding.
at::Tensor attention_padded(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            const std::vector<std::int64_t>& lengths, const AttentionOptions& options);

}  // namespace sasrec::training
