#include "bus/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/ids.hpp"
#include "base/json_text.hpp"
#include "base/json_writer.hpp"
#include "bus/json_fields.hpp"

namespace sasrec::bus {
namespace {

namespace json = boost::json;
using base::ErrorCode;

void append_numbers(std::string& text, std::span<const float> numbers) {
  base::JsonArray array(text);
  for (const float number : numbers) base::append_json_number(array.element(), std::isfinite(number) ? number : 0);
  array.end();
}

/// None if it is no list of `size` numbers.
std::optional<std::vector<float>> read_numbers(const json::value& value, std::size_t size) {
  const auto* array = value.if_array();
  if (array == nullptr || array->size() != size) return std::nullopt;
  std::vector<float> numbers;
  numbers.reserve(size);
  for (const auto& element : *array) {
    json::error_code error;
    const auto number = element.to_number<double>(error);
    if (error || std::abs(number) > std::numeric_limits<float>::max()) return std::nullopt;
    numbers.push_back(static_cast<float>(number));
  }
  return numbers;
}

}  // namespace

void append_json(std::string& text, const Explanation& explanation) {
  base::JsonObject object(text);
  object.texts("history", explanation.history);
  append_numbers(object.member("attention"), explanation.attention);
  base::JsonArray effects(object.member("effects"));
  for (const auto& of_item : explanation.effects) append_numbers(effects.element(), of_item);
  effects.end();
  object.end();
}

base::Result<Explanation> read_explanation(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return base::fail(ErrorCode::kInvalidInput, "an explanation must be an object");
  JsonFields fields(*object, "/explanation");
  Explanation explanation{.history = fields.texts("history", JsonFields::kRequired)};
  const auto* attention = object->if_contains("attention");
  const auto* effects = fields.array("effects", JsonFields::kRequired);
  if (const auto read = fields.result(); !read) return base::Failure(read.error());

  const auto size = explanation.history.size();
  const bool ids =
      std::ranges::all_of(explanation.history, [](const auto& id) { return base::id_problem(id).empty(); });
  auto weights = attention == nullptr ? std::nullopt : read_numbers(*attention, size);
  bool valid = ids && weights && size <= kMaxExplainedHistory && effects->size() <= kMaxExplainedItems;
  for (const auto& element : *effects) {
    auto numbers = valid ? read_numbers(element, size) : std::nullopt;
    valid = numbers.has_value();
    if (valid) explanation.effects.push_back(*std::move(numbers));
  }
  if (!valid) return base::fail(ErrorCode::kInvalidInput, "/explanation holds lists that don't fit each other");
  explanation.attention = *std::move(weights);
  return explanation;
}

base::Result<Explanation> parse_explanation(std::string_view text) {
  json::error_code error;
  const auto value = json::parse(text, error);
  if (error) return base::fail(ErrorCode::kInvalidInput, "an explanation is not JSON: {}", error.message());
  return read_explanation(value);
}

}  // namespace sasrec::bus
