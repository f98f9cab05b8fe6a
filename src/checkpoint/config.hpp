#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace sasrec::checkpoint {

enum class Activation { kRelu, kGelu };  ///< gelu: the exact one, x * Phi(x), by erf

/// Where layer norm is applied. x: a block's input, A: attention, F: feed-forward without its residual.
enum class Norm {
  kPaper,  ///< q = LN1(x); h = q + A(query q, key x, value x); y = LN2(h); out = y + F(y)  (the common implementation's
           ///< default)
  kPre,    ///< h = x + A(LN1(x)); out = h + F(LN2(h))
  kPost,   ///< h = LN1(x + A(x)); out = LN2(h + F(h))
};

/// What the positions left of a short history do (see docs/checkpoint.md).
enum class Padding {
  kIgnored,  ///< nothing: they don't exist
  kKept,     ///< attended to; their state runs through the blocks like any other, starting at zero
  kZeroed,   ///< attended to; their state is set to zero before the first block and after each
};

/// Epsilon of every layer norm, as in the common implementation.
inline constexpr float kNormEpsilon = 1e-8F;

/// The architecture part of config.json.
struct ModelConfig {
  std::size_t items = 0;  ///< vocabulary size, padding not counted
  std::size_t hidden = 64;
  std::size_t heads = 1;  ///< divides hidden
  std::size_t blocks = 2;
  std::size_t max_length = 200;  ///< longest history the encoder sees; longer ones keep their newest items
  std::size_t feed_forward = 64;
  Activation activation = Activation::kRelu;
  Norm norm = Norm::kPre;
  Padding padding = Padding::kIgnored;
  float dropout = 0;  ///< of training; inference ignores it

  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

std::string_view to_string(Activation activation);
std::string_view to_string(Norm norm);
std::string_view to_string(Padding padding);
base::Result<Activation> parse_activation(std::string_view text);
base::Result<Norm> parse_norm(std::string_view text);
base::Result<Padding> parse_padding(std::string_view text);

/// The config's own rules: sizes in range (hidden <= 4096, blocks <= 64, max_length <= 65536, items < 2^31), heads
/// divides hidden, 0 <= dropout < 1. kInvalidInput names the field.
base::Result<void> validate(const ModelConfig& config);

boost::json::object to_json(const ModelConfig& config);
/// Reads the architecture fields, all required; other fields are ignored. kCorrupt names the field.
base::Result<ModelConfig> config_from_json(const boost::json::object& json);

/// A tensor that a model of this config consists of.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// Every tensor of the model, in the order of docs/checkpoint.md: item_embedding [items + 1, hidden],
/// position_embedding [max_length, hidden] (row max_length - 1 belongs to the newest item), blocks.i....,
/// final_norm.{weight,bias}.
std::vector<TensorSpec> tensor_specs(const ModelConfig& config);

}  // namespace sasrec::checkpoint
