#include "model/workspace.hpp"

#include <algorithm>
#include <cstddef>

#include "kernels/table.hpp"

namespace sasrec::model {

using kernels::FloatBuffer;

Workspace::Workspace(const Weights& weights) {
  const std::size_t rows = weights.config.max_length;
  std::size_t query_floats = 0;
  std::size_t key_floats = 0;
  std::size_t panel_floats = 0;
  for (const Block& block : weights.blocks) {
    const Channels by_heads = block.attention.by_heads;
    const bool last = &block == &weights.blocks.back();
    // The last block is computed for the newest position only.
    query_floats = std::max(query_floats, (last ? 1 : rows) * by_heads.stride());
    if (block.attention.form != Attention::Form::kFolded) key_floats = rows * by_heads.stride();
    // The newest position's attention reads keys as they are; only the other blocks pack them.
    if (!last) panel_floats = by_heads.group * kernels::round_up(rows);
  }
  items.resize(rows);
  states = FloatBuffer(rows * weights.hidden.stride());
  normed = FloatBuffer(rows * weights.hidden.stride());
  queries = FloatBuffer(query_floats);
  keys = FloatBuffer(key_floats);
  values = FloatBuffer(key_floats);
  key_bias = FloatBuffer(kernels::round_up(rows));
  context = FloatBuffer(query_floats);
  inner = FloatBuffer(rows * weights.feed_forward.stride());
  key_panels = FloatBuffer(panel_floats);
  attention_weights = FloatBuffer(kernels::kAttentionRows * kernels::round_up(rows));
}

}  // namespace sasrec::model
