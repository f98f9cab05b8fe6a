#include "training/settings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <utility>
#include <vector>

#include "training/default_recipe.hpp"

namespace sasrec::training {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

template <class Enum>
using Names = std::span<const std::pair<std::string_view, Enum>>;

constexpr std::array<std::pair<std::string_view, Loss>, 4> kLosses{{{"bce", Loss::kBce},
                                                                    {"gbce", Loss::kGbce},
                                                                    {"softmax", Loss::kSoftmax},
                                                                    {"sampled_softmax", Loss::kSampledSoftmax}}};
constexpr std::array<std::pair<std::string_view, Windows>, 2> kWindows{
    {{"last", Windows::kLast}, {"all", Windows::kAll}}};
constexpr std::array<std::pair<std::string_view, Schedule>, 2> kSchedules{
    {{"constant", Schedule::kConstant}, {"cosine", Schedule::kCosine}}};

template <class Enum>
std::string_view name_of(Names<Enum> names, Enum value) {
  return std::ranges::find(names, value, [](const auto& entry) { return entry.second; })->first;
}

template <class Enum>
Result<Enum> parse_name(Names<Enum> names, std::string_view text) {
  const auto found = std::ranges::find(names, text, [](const auto& entry) { return entry.first; });
  if (found != names.end()) return found->second;
  std::vector<std::string_view> allowed;
  for (const auto& [name, value] : names) allowed.push_back(name);
  return fail(ErrorCode::kInvalidInput, "\"{}\" is not one of {}", text, fmt::join(allowed, ", "));
}

template <class Number>
Result<Number> parse_number(std::string_view text, Number min, Number max) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= min && value <= max)) {
    return fail(ErrorCode::kInvalidInput, "\"{}\" is not a number from {} to {}", text, min, max);
  }
  return value;
}

/// A setting by its name, with functions that parse it and write it to JSON.
struct Field {
  std::string_view name;
  std::function<Result<void>(Settings&, std::string_view)> parse;
  std::function<boost::json::value(const Settings&)> write;  ///< empty: written with the model's config
};

template <class T>
Result<void> assign(T& target, Result<T> parsed) {
  if (!parsed) return base::Failure(parsed.error());
  target = std::move(*parsed);
  return {};
}

template <class Access>
Field count_field(std::string_view name, Access access, std::size_t min, std::size_t max) {
  return {name, [=](Settings& s, std::string_view text) { return assign(access(s), parse_number(text, min, max)); },
          [=](const Settings& s) {
            return boost::json::value(access(s));
          }};
}

template <class Access>
Field real_field(std::string_view name, Access access, double min, double max) {
  return {name, [=](Settings& s, std::string_view text) { return assign(access(s), parse_number(text, min, max)); },
          [=](const Settings& s) {
            return boost::json::value(access(s));
          }};
}

/// A size of the model. checkpoint::validate() checks how the sizes fit together.
Field model_field(std::string_view name, std::size_t checkpoint::ModelConfig::* member) {
  return {name,
          [=](Settings& s, std::string_view text) {
            return assign(s.model.*member, parse_number<std::size_t>(text, 1, 65536));
          },
          {}};
}

/// A setting that is one of a few names.
template <class Enum, class Access>
Field name_field(std::string_view name, Access access, Names<Enum> names) {
  return {name, [=](Settings& s, std::string_view text) { return assign(access(s), parse_name(names, text)); },
          [=](const Settings& s) {
            return boost::json::value(name_of(names, access(s)));
          }};
}

/// The one list of settings: overrides, error messages and config.json all come from it.
const std::vector<Field>& fields() {
  using checkpoint::ModelConfig;
  constexpr std::size_t kMany = 1'000'000'000;
  static const std::vector<Field> all{
      model_field("hidden", &ModelConfig::hidden),
      model_field("heads", &ModelConfig::heads),
      model_field("blocks", &ModelConfig::blocks),
      model_field("max_length", &ModelConfig::max_length),
      model_field("feed_forward", &ModelConfig::feed_forward),
      {"activation",
       [](Settings& s, std::string_view text) {
         return assign(s.model.activation, checkpoint::parse_activation(text));
       },
       {}},
      {"norm",
       [](Settings& s, std::string_view text) { return assign(s.model.norm, checkpoint::parse_norm(text)); },
       {}},
      {"dropout",
       [](Settings& s, std::string_view text) {
         return assign(s.model.dropout, parse_number<float>(text, 0.0F, 0.95F));
       },
       {}},
      name_field<Loss>(
          "loss", [](auto& s) -> auto& { return s.loss; }, kLosses),
      count_field(
          "negatives", [](auto& s) -> auto& { return s.negatives; }, 1, 1'000'000),
      real_field(
          "gbce_t", [](auto& s) -> auto& { return s.gbce_t; }, 0, 1),
      real_field(
          "item_deviation", [](auto& s) -> auto& { return s.item_deviation; }, 1e-6, 10),
      name_field<Windows>(
          "windows", [](auto& s) -> auto& { return s.windows; }, kWindows),
      count_field(
          "batch", [](auto& s) -> auto& { return s.batch; }, 1, 65536),
      count_field(
          "epochs", [](auto& s) -> auto& { return s.epochs; }, 1, 100000),
      count_field(
          "patience", [](auto& s) -> auto& { return s.patience; }, 1, 100000),
      count_field(
          "evaluate_every", [](auto& s) -> auto& { return s.evaluate_every; }, 1, 100000),
      real_field(
          "learning_rate", [](auto& s) -> auto& { return s.learning_rate; }, 1e-8, 1),
      name_field<Schedule>(
          "schedule", [](auto& s) -> auto& { return s.schedule; }, kSchedules),
      count_field(
          "warmup_steps", [](auto& s) -> auto& { return s.warmup_steps; }, 0, kMany),
      real_field(
          "beta2", [](auto& s) -> auto& { return s.beta2; }, 0, 0.999999),
      real_field(
          "weight_decay", [](auto& s) -> auto& { return s.weight_decay; }, 0, 1),
      count_field(
          "validation_cases", [](auto& s) -> auto& { return s.validation_cases; }, 1, kMany),
      count_field(
          "seed", [](auto& s) -> auto& { return s.seed; }, 0, kMany),
  };
  return all;
}

/// The settings of section IV of the paper for ML-1M. What the paper leaves open has the default.
Settings paper_recipe(const DataShape& data) {
  Settings settings;
  settings.recipe = "paper";
  settings.model = {.items = data.items,
                    .hidden = 50,
                    .heads = 1,
                    .blocks = 2,
                    .max_length = 200,
                    .feed_forward = 50,
                    .activation = checkpoint::Activation::kRelu,
                    .norm = checkpoint::Norm::kPaper,
                    .padding = checkpoint::Padding::kIgnored,
                    .dropout = 0.2F};
  settings.loss = Loss::kBce;
  settings.negatives = 1;
  settings.windows = Windows::kLast;
  settings.epochs = 400;
  settings.patience = 8;
  settings.evaluate_every = 5;
  settings.warmup_steps = 0;
  return settings;
}

}  // namespace

std::string_view to_string(Loss loss) {
  return name_of<Loss>(kLosses, loss);
}
std::string_view to_string(Windows windows) {
  return name_of<Windows>(kWindows, windows);
}
std::string_view to_string(Schedule schedule) {
  return name_of<Schedule>(kSchedules, schedule);
}

DataShape shape_of(const dataset::Sequences& sequences, const dataset::Split& split, std::size_t items) {
  DataShape shape{.users = sequences.user_count(), .items = items};
  std::vector<std::size_t> lengths(split.train_length.begin(), split.train_length.end());
  for (const auto length : lengths) shape.interactions += length;
  if (!lengths.empty()) {
    const auto p90 = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() * 9 / 10);
    std::ranges::nth_element(lengths, p90);
    shape.length_p90 = *p90;
  }
  return shape;
}

Result<Settings> make_settings(std::string_view recipe, const DataShape& data, std::span<const std::string> overrides) {
  Settings settings;
  if (recipe == "default") {
    settings = default_recipe(data);
  } else if (recipe == "paper") {
    settings = paper_recipe(data);
  } else {
    return fail(ErrorCode::kInvalidInput, "recipe \"{}\" is not one of default, paper", recipe);
  }
  // An override of hidden alone should keep the recipe's proportion of the two.
  const std::size_t feed_forward_per_hidden =
      std::max<std::size_t>(1, settings.model.feed_forward / settings.model.hidden);
  settings.model.feed_forward = 0;  // follows hidden unless it is given
  for (const std::string_view text : overrides) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto field = std::ranges::find(fields(), name, &Field::name);
    if (equals == std::string_view::npos || field == fields().end()) {
      std::vector<std::string_view> names;
      for (const auto& known : fields()) names.push_back(known.name);
      return fail(ErrorCode::kInvalidInput, "setting \"{}\" is not NAME=VALUE with NAME one of {}", text,
                  fmt::join(names, ", "));
    }
    if (const auto parsed = field->parse(settings, text.substr(equals + 1)); !parsed) {
      return base::fail_within(fmt::format("setting {}", name), parsed.error());
    }
  }
  if (settings.model.feed_forward == 0) settings.model.feed_forward = feed_forward_per_hidden * settings.model.hidden;
  if (settings.loss == Loss::kBce) settings.negatives = 1;
  if ((settings.loss == Loss::kGbce || settings.loss == Loss::kSampledSoftmax) && settings.negatives == 0) {
    settings.negatives = settings.loss == Loss::kGbce ? 256 : 2048;
  }
  settings.negatives = std::min(settings.negatives, data.items);  // a small catalogue has no more
  if (const auto valid = checkpoint::validate(settings.model); !valid) return base::Failure(valid.error());
  return settings;
}

std::size_t useful_threads(const Settings& settings, const DataShape& data, std::size_t cores) {
  constexpr std::size_t kItemsPerThread = 384;
  // A step has `batch` windows. The mean length is close enough, since the number only chooses threads.
  const std::size_t mean_length = data.interactions / std::max<std::size_t>(1, data.users);
  const std::size_t step_items = settings.batch * std::min(settings.model.max_length, mean_length);
  return std::clamp<std::size_t>(step_items / kItemsPerThread, 1, std::max<std::size_t>(1, cores));
}

boost::json::object to_json(const Settings& settings) {
  boost::json::object json;
  json["recipe"] = settings.recipe;
  for (const auto& field : fields()) {
    if (field.write) json[field.name] = field.write(settings);
  }
  return json;
}

}  // namespace sasrec::training
