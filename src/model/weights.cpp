#include "model/weights.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

namespace sasrec::model {
namespace {

using kernels::FloatBuffer;

/// Rows of `channels`, each value times `scale`.
FloatBuffer padded_rows(std::span<const float> values, Channels channels, float scale = 1.0F) {
  const std::size_t rows = values.size() / channels.width;
  FloatBuffer padded(rows * channels.stride());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels.width; ++c) {
      padded.data()[r * channels.stride() + channels.at(c)] = values[r * channels.width + c] * scale;
    }
  }
  return padded;
}

class Loader {
 public:
  Loader(const Weights& weights, const TensorLookup& tensor) : weights_(weights), tensor_(tensor) {}

  std::span<const float> tensor(const std::string& name, std::size_t size) const {
    const auto values = tensor_(name);
    assert(values.size() == size && "a tensor of another shape than the config's");
    return values;
  }

  LayerNorm layer_norm(const std::string& name) const {
    const Channels hidden = weights_.hidden;
    return {padded_rows(tensor(name + ".weight", hidden.width), hidden),
            padded_rows(tensor(name + ".bias", hidden.width), hidden)};
  }

  Linear linear(const std::string& name, Channels in, Channels out, float scale = 1.0F) const {
    const auto weight = tensor(name + ".weight", out.width * in.width);
    FloatBuffer spread(out.stride() * in.depth());
    for (std::size_t o = 0; o < out.width; ++o) {
      for (std::size_t i = 0; i < in.width; ++i) {
        spread.data()[out.at(o) * in.depth() + in.at(i)] = weight[o * in.width + i] * scale;
      }
    }
    Linear linear{.depth = in.depth(),
                  .columns = out.stride(),
                  .panels = FloatBuffer(out.stride() * in.depth()),
                  .bias = padded_rows(tensor(name + ".bias", out.width), out, scale)};
    weights_.kernels->to_panels(spread.data(), in.depth(), out.stride(), in.depth(), linear.panels.data());
    return linear;
  }

  Block block(std::size_t index) const {
    const std::string name = "blocks." + std::to_string(index) + ".";
    const Channels hidden = weights_.hidden;
    const Channels by_heads = weights_.by_heads;
    const bool last = index + 1 == weights_.config.blocks;
    const float scale = 1.0F / std::sqrt(static_cast<float>(by_heads.group));
    Block block{.attention_norm = layer_norm(name + "attention_norm"),
                .query = linear(name + "attention.query", hidden, by_heads, scale),
                .key = {},
                .key_rows = {},
                .value = linear(name + "attention.value", hidden, by_heads),
                .output = linear(name + "attention.output", by_heads, hidden),
                .feed_forward_norm = layer_norm(name + "feed_forward_norm"),
                .feed_forward_in = linear(name + "feed_forward.in", hidden, weights_.feed_forward),
                .feed_forward_out = linear(name + "feed_forward.out", weights_.feed_forward, hidden)};
    if (last) {
      block.key_rows = padded_rows(tensor(name + "attention.key.weight", hidden.width * hidden.width), hidden);
    } else {
      block.key = linear(name + "attention.key", hidden, by_heads);
    }
    return block;
  }

 private:
  const Weights& weights_;
  const TensorLookup& tensor_;
};

}  // namespace

Weights::Weights(const checkpoint::ModelConfig& model, const TensorLookup& tensor, const kernels::Kernels& set)
    : config(model),
      kernels(&set),
      hidden{model.hidden, model.hidden},
      by_heads{model.hidden, model.hidden / model.heads},
      feed_forward{model.feed_forward, model.feed_forward} {
  const Loader loader(*this, tensor);
  item_embedding = padded_rows(loader.tensor("item_embedding", (config.items + 1) * config.hidden), hidden,
                               std::sqrt(static_cast<float>(config.hidden)));
  position_embedding = padded_rows(loader.tensor("position_embedding", config.max_length * config.hidden), hidden);
  blocks.reserve(config.blocks);
  for (std::size_t i = 0; i < config.blocks; ++i) {
    blocks.push_back(loader.block(i));
  }
  final_norm = loader.layer_norm("final_norm");
}

}  // namespace sasrec::model
