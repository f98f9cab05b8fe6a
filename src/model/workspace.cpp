#include "model/workspace.hpp"

#include <cstddef>

#include "kernels/table.hpp"

namespace sasrec::model {
namespace {

kernels::FloatBuffer rows(std::size_t count, std::size_t width) {
  return kernels::FloatBuffer(count * kernels::round_up(width));
}

}  // namespace

Workspace::Workspace(const checkpoint::ModelConfig& config) {
  const std::size_t head = config.hidden / config.heads;
  const std::size_t by_heads = config.heads * kernels::round_up(head);
  states = rows(config.max_length, config.hidden);
  normed = rows(config.max_length, config.hidden);
  queries = rows(config.max_length, by_heads);
  keys = rows(config.max_length, by_heads);
  values = rows(config.max_length, by_heads);
  context = rows(config.max_length, by_heads);
  inner = rows(config.max_length, config.feed_forward);
  key_panels = rows(head, config.max_length);
  attention_weights = rows(kernels::kAttentionRows, config.max_length);
  folded_query = rows(1, config.hidden);
  pooled = rows(1, config.hidden);
}

}  // namespace sasrec::model
