#include "checkpoint/config.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <boost/json/value.hpp>

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::array kActivations{std::pair{Activation::kRelu, std::string_view("relu")},
                                  std::pair{Activation::kGelu, std::string_view("gelu")}};
constexpr std::array kNorms{std::pair{Norm::kPaper, std::string_view("paper")},
                            std::pair{Norm::kPre, std::string_view("pre")},
                            std::pair{Norm::kPost, std::string_view("post")}};
constexpr std::array kPaddings{std::pair{Padding::kIgnored, std::string_view("ignored")},
                               std::pair{Padding::kKept, std::string_view("kept")},
                               std::pair{Padding::kZeroed, std::string_view("zeroed")}};

template <class Names, class Value>
std::string_view name_of(const Names& names, Value value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  return "unknown";
}

template <class Value, class Names>
base::Result<Value> value_of(const Names& names, std::string_view field, std::string_view text) {
  std::string allowed;
  for (const auto& [value, name] : names) {
    if (name == text) return value;
    allowed += allowed.empty() ? "" : ", ";
    allowed += name;
  }
  return fail(ErrorCode::kInvalidInput, "{} is '{}'; allowed: {}", field, text, allowed);
}

struct SizeField {
  std::string_view name;
  std::size_t ModelConfig::* member;
  std::size_t limit;
};

constexpr std::array kSizes{SizeField{"items", &ModelConfig::items, (std::size_t{1} << 31U) - 1},
                            SizeField{"hidden", &ModelConfig::hidden, 4096},
                            SizeField{"heads", &ModelConfig::heads, 4096},
                            SizeField{"blocks", &ModelConfig::blocks, 64},
                            SizeField{"max_length", &ModelConfig::max_length, 65536},
                            SizeField{"feed_forward", &ModelConfig::feed_forward, 65536}};

constexpr std::string_view kDropoutRule = "allowed: 0 up to, not including, 1";

/// The decimal number a person would write for `value`: 0.2, not 0.20000000298.
double shortest(float value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double result = 0;
  std::from_chars(text.data(), written.ptr, result);
  return result;
}

template <class Value, class Parse>
base::Result<void> read_choice(const boost::json::object& json, std::string_view field, Parse parse, Value& into) {
  const auto* found = json.if_contains(field);
  if (found == nullptr || !found->is_string()) return fail(ErrorCode::kCorrupt, "{} is missing or no text", field);
  const std::string_view text = found->get_string();
  const base::Result<Value> value = parse(text);
  if (!value) return fail(ErrorCode::kCorrupt, "{}", value.error().message);
  into = *value;
  return {};
}

}  // namespace

std::string_view to_string(Activation activation) {
  return name_of(kActivations, activation);
}
std::string_view to_string(Norm norm) {
  return name_of(kNorms, norm);
}
std::string_view to_string(Padding padding) {
  return name_of(kPaddings, padding);
}

base::Result<Activation> parse_activation(std::string_view text) {
  return value_of<Activation>(kActivations, "activation", text);
}
base::Result<Norm> parse_norm(std::string_view text) {
  return value_of<Norm>(kNorms, "norm", text);
}
base::Result<Padding> parse_padding(std::string_view text) {
  return value_of<Padding>(kPaddings, "padding", text);
}

base::Result<void> validate(const ModelConfig& config) {
  for (const auto& field : kSizes) {
    const auto value = config.*field.member;
    if (value < 1 || value > field.limit)
      return fail(ErrorCode::kInvalidInput, "{} is {}; allowed: 1 to {}", field.name, value, field.limit);
  }
  if (config.hidden % config.heads != 0)
    return fail(ErrorCode::kInvalidInput, "heads is {}, which does not divide hidden {}", config.heads, config.hidden);
  if (!(config.dropout >= 0 && config.dropout < 1)) {  // written so that NaN fails
    return fail(ErrorCode::kInvalidInput, "dropout is {}; {}", config.dropout, kDropoutRule);
  }
  return {};
}

boost::json::object to_json(const ModelConfig& config) {
  boost::json::object json;
  for (const auto& field : kSizes) {
    json[field.name] = static_cast<std::int64_t>(config.*field.member);
  }
  json["activation"] = to_string(config.activation);
  json["norm"] = to_string(config.norm);
  json["padding"] = to_string(config.padding);
  json["dropout"] = shortest(config.dropout);
  return json;
}

base::Result<ModelConfig> config_from_json(const boost::json::object& json) {
  ModelConfig config;
  for (const auto& field : kSizes) {
    const auto* found = json.if_contains(field.name);
    if (found == nullptr || !found->is_int64() || found->get_int64() < 0)
      return fail(ErrorCode::kCorrupt, "{} is missing or no whole number from 1 to {}", field.name, field.limit);
    config.*field.member = static_cast<std::size_t>(found->get_int64());
  }
  if (auto read = read_choice(json, "activation", parse_activation, config.activation); !read)
    return base::Failure(read.error());
  if (auto read = read_choice(json, "norm", parse_norm, config.norm); !read) return base::Failure(read.error());
  if (auto read = read_choice(json, "padding", parse_padding, config.padding); !read)
    return base::Failure(read.error());
  const auto* dropout = json.if_contains("dropout");
  if (dropout == nullptr || !dropout->is_number()) return fail(ErrorCode::kCorrupt, "dropout is missing or no number");
  const auto rate = dropout->to_number<double>();
  // Here, since beyond the range of float the conversion is undefined.
  if (!(rate >= 0 && rate < 1)) return fail(ErrorCode::kCorrupt, "dropout is {}; {}", rate, kDropoutRule);
  config.dropout = static_cast<float>(rate);
  if (auto valid = validate(config); !valid) return fail(ErrorCode::kCorrupt, "{}", valid.error().message);
  return config;
}

std::vector<TensorSpec> tensor_specs(const ModelConfig& config) {
  const auto hidden = static_cast<std::int64_t>(config.hidden);
  const auto width = static_cast<std::int64_t>(config.feed_forward);
  std::vector<TensorSpec> specs;
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    specs.push_back({name + ".weight", {out, in}});
    specs.push_back({name + ".bias", {out}});
  };
  const auto norm = [&](const std::string& name) {
    specs.push_back({name + ".weight", {hidden}});
    specs.push_back({name + ".bias", {hidden}});
  };
  specs.push_back({"item_embedding", {static_cast<std::int64_t>(config.items) + 1, hidden}});
  specs.push_back({"position_embedding", {static_cast<std::int64_t>(config.max_length), hidden}});
  for (std::size_t block = 0; block < config.blocks; ++block) {
    const std::string prefix = "blocks." + std::to_string(block);
    for (const auto* part : {"query", "key", "value", "output"}) {
      linear(prefix + ".attention." + part, hidden, hidden);
    }
    norm(prefix + ".attention_norm");
    linear(prefix + ".feed_forward.in", width, hidden);
    linear(prefix + ".feed_forward.out", hidden, width);
    norm(prefix + ".feed_forward_norm");
  }
  norm("final_norm");
  return specs;
}

}  // namespace sasrec::checkpoint
