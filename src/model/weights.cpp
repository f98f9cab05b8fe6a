#include "model/weights.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

namespace sasrec::model {
namespace {

using kernels::FloatBuffer;

/// Rows of `channels`, each value times `scale`.
template <class Number>
FloatBuffer padded_rows(std::span<const Number> values, Channels channels, float scale = 1.0F) {
  const std::size_t rows = values.size() / channels.width;
  FloatBuffer padded(rows * channels.stride());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels.width; ++c) {
      padded.data()[r * channels.stride() + channels.at(c)] =
          static_cast<float>(values[r * channels.width + c] * scale);
    }
  }
  return padded;
}

// With a single query wide heads cost almost nothing, while keys and values would be most of the block's work. But each
// head then has weights of the size of the state squared, so this is for a few heads only.
constexpr std::size_t kMaxFoldedHeads = 8;

/// Chooses the form with the least work.
Attention::Form attention_form(const checkpoint::ModelConfig& config, std::size_t block) {
  const bool last = block + 1 == config.blocks;
  if (config.heads > (last ? kMaxFoldedHeads : 1)) return Attention::Form::kPlain;
  const bool keys_are_embeddings = block == 0 && config.norm != checkpoint::Norm::kPre;
  // Tables take memory, so they are made only if two products of max_length rows cost more than scoring all items.
  const bool products_count = config.items <= 2 * config.max_length * config.hidden;
  return keys_are_embeddings && !last && products_count ? Attention::Form::kTabulated : Attention::Form::kFolded;
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

  Block block(std::size_t index) const {
    const std::string name = "blocks." + std::to_string(index) + ".";
    const Channels hidden = weights_.hidden;
    return {.attention_norm = layer_norm(name + "attention_norm"),
            .attention = attention(name + "attention.", attention_form(weights_.config, index)),
            .feed_forward_norm = layer_norm(name + "feed_forward_norm"),
            .feed_forward_in = linear(name + "feed_forward.in", hidden, weights_.feed_forward),
            .feed_forward_out = linear(name + "feed_forward.out", weights_.feed_forward, hidden)};
  }

 private:
  /// weight [out.width, in.width] and bias [out.width], times scale.
  template <class Number>
  Linear linear(std::span<const Number> weight, std::span<const Number> bias, Channels in, Channels out,
                float scale = 1.0F) const {
    FloatBuffer spread(out.stride() * in.depth());
    for (std::size_t o = 0; o < out.width; ++o) {
      for (std::size_t i = 0; i < in.width; ++i) {
        spread.data()[out.at(o) * in.depth() + in.at(i)] = static_cast<float>(weight[o * in.width + i] * scale);
      }
    }
    Linear linear{.depth = in.depth(),
                  .columns = out.stride(),
                  .panels = FloatBuffer(out.stride() * in.depth()),
                  .bias = padded_rows(bias, out, scale)};
    weights_.kernels->to_panels(spread.data(), in.depth(), out.stride(), in.depth(), linear.panels.data());
    return linear;
  }

  Linear linear(const std::string& name, Channels in, Channels out, float scale = 1.0F) const {
    return linear<float>(tensor(name + ".weight", out.width * in.width), tensor(name + ".bias", out.width), in, out,
                         scale);
  }

  float attention_scale() const {
    const std::size_t head_width = weights_.config.hidden / weights_.config.heads;
    return 1.0F / std::sqrt(static_cast<float>(head_width));
  }

  Attention attention(const std::string& name, Attention::Form form) const {
    switch (form) {
      case Attention::Form::kPlain:
        return plain_attention(name);
      case Attention::Form::kFolded:
        return folded_attention(name);
      case Attention::Form::kTabulated:
        return tabulated_attention(name);
    }
    return {};
  }

  Attention plain_attention(const std::string& name) const {
    const Channels hidden = weights_.hidden;
    const Channels by_heads{hidden.width, hidden.width / weights_.config.heads};
    Attention attention;
    attention.form = Attention::Form::kPlain;
    attention.by_heads = by_heads;
    attention.query = linear(name + "query", hidden, by_heads, attention_scale());
    attention.key = linear(name + "key", hidden, by_heads);
    attention.value = linear(name + "value", hidden, by_heads);
    attention.output = linear(name + "output", by_heads, hidden);
    return attention;
  }

  /// The products of the query projection with the transposed key projection, and of the output projection with the
  /// value projection. In double: their rounding must stay far below that of the model's own form.
  struct Folded {
    std::vector<double> query;  // [heads * hidden, hidden]
    std::vector<double> query_bias;
    std::vector<double> output;  // [hidden, heads * hidden]
    std::vector<double> output_bias;
  };

  Folded fold(const std::string& name) const {
    const std::size_t width = weights_.hidden.width;
    const std::size_t heads = weights_.config.heads;
    const auto weight = [&](const char* part) {
      return tensor(name + part + ".weight", width * width);
    };
    const auto bias = [&](const char* part) {
      return tensor(name + part + ".bias", width);
    };
    const auto query = weight("query");
    const auto query_bias = bias("query");
    const auto key = weight("key");
    const auto value = weight("value");
    const auto value_bias = bias("value");
    const auto output = weight("output");
    const auto output_bias = bias("output");
    const double scale = attention_scale();

    Folded folded{.query = std::vector<double>(heads * width * width),
                  .query_bias = std::vector<double>(heads * width),
                  .output = std::vector<double>(width * heads * width),
                  .output_bias = std::vector<double>(output_bias.begin(), output_bias.end())};
    // Channel k of the projections belongs to head k / (hidden / heads) and adds its share to all of that head's.
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t first = k / (width / heads) * width;
      for (std::size_t r = 0; r < width; ++r) {
        const double from_key = scale * double{key[k * width + r]};
        const double to_output = double{output[r * width + k]};
        for (std::size_t c = 0; c < width; ++c) {
          folded.query[(first + r) * width + c] += from_key * double{query[k * width + c]};
          folded.output[r * heads * width + first + c] += to_output * double{value[k * width + c]};
        }
        folded.query_bias[first + r] += from_key * double{query_bias[k]};
        folded.output_bias[r] += to_output * double{value_bias[k]};
      }
    }
    return folded;
  }

  Attention folded_attention(const std::string& name) const {
    const std::size_t width = weights_.hidden.width;
    const Channels by_heads{weights_.config.heads * width, width};
    const Folded folded = fold(name);
    Attention attention;
    attention.form = Attention::Form::kFolded;
    attention.by_heads = by_heads;
    attention.query = linear<double>(folded.query, folded.query_bias, weights_.hidden, by_heads);
    attention.output = linear<double>(folded.output, folded.output_bias, by_heads, weights_.hidden);
    return attention;
  }

  Attention tabulated_attention(const std::string& name) const {
    const std::size_t width = weights_.hidden.width;
    const Folded folded = fold(name);
    std::vector<double> transposed(width * width);
    for (std::size_t r = 0; r < width; ++r) {
      for (std::size_t c = 0; c < width; ++c) {
        transposed[c * width + r] = folded.query[r * width + c];
      }
    }
    Attention attention;
    attention.form = Attention::Form::kTabulated;
    attention.by_heads = weights_.hidden;
    attention.keys = project(transposed, std::vector<double>(width));
    attention.values = project(folded.output, folded.output_bias);
    attention.key_bias = padded_rows<double>(folded.query_bias, weights_.hidden);
    return attention;
  }

  /// weight * (item + position) + bias, the bias with the item.
  Embedding project(std::span<const double> weight, std::span<const double> bias) const {
    const std::size_t stride = weights_.hidden.stride();
    const Linear projection = linear<double>(weight, bias, weights_.hidden, weights_.hidden);
    const auto apply = [&](const FloatBuffer& in, const float* added) {
      FloatBuffer out(in.size());
      weights_.kernels->multiply({.a = in.data(),
                                  .a_stride = stride,
                                  .b = {projection.panels.data(), kernels::kPanel, projection.depth * kernels::kPanel},
                                  .rows = in.size() / stride,
                                  .depth = projection.depth,
                                  .columns = projection.columns,
                                  .bias = added,
                                  .out = out.data(),
                                  .out_stride = stride});
      return out;
    };
    return {apply(weights_.embedding.items, projection.bias.data()), apply(weights_.embedding.positions, nullptr)};
  }

  const Weights& weights_;
  const TensorLookup& tensor_;
};

}  // namespace

Weights::Weights(const checkpoint::ModelConfig& model, const TensorLookup& tensor, const kernels::Kernels& set)
    : config(model),
      kernels(&set),
      hidden{model.hidden, model.hidden},
      feed_forward{model.feed_forward, model.feed_forward} {
  const Loader loader(*this, tensor);
  embedding.items = padded_rows(loader.tensor("item_embedding", (config.items + 1) * config.hidden), hidden,
                                std::sqrt(static_cast<float>(config.hidden)));
  std::fill_n(embedding.items.data(), hidden.stride(), 0.0F);
  embedding.positions = padded_rows(loader.tensor("position_embedding", config.max_length * config.hidden), hidden);
  blocks.reserve(config.blocks);
  for (std::size_t i = 0; i < config.blocks; ++i) {
    blocks.push_back(loader.block(i));
  }
  final_norm = loader.layer_norm("final_norm");
}

}  // namespace sasrec::model
