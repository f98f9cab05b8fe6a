#include "bus/item_attributes.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/json_text.hpp"
#include "bus/item.hpp"

namespace sasrec::bus {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

bool has_null_character(json::string_view text) {
  return text.find('\0') != json::string_view::npos;
}

/// Whether PostgreSQL's jsonb takes it: it has no U+0000, and JSON no infinity.
bool can_be_stored(const json::value& value) {
  if (const auto* text = value.if_string()) return !has_null_character(*text);
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* array = value.if_array()) return std::ranges::all_of(*array, can_be_stored);
  if (const auto* object = value.if_object()) {
    return std::ranges::all_of(
        *object, [](const auto& field) { return !has_null_character(field.key()) && can_be_stored(field.value()); });
  }
  return true;
}

}  // namespace

base::Result<std::string> read_attributes(const json::value& value) {
  if (!value.is_object()) return fail(ErrorCode::kInvalidInput, "must be an object");
  if (!can_be_stored(value)) {
    return fail(ErrorCode::kInvalidInput, "holds the character U+0000 or a number beyond a double's range");
  }
  auto text = base::to_json_text(value);
  if (text.size() > kMaxAttributesBytes) {
    return fail(ErrorCode::kInvalidInput, "is {} bytes long: at most {} are allowed", text.size(), kMaxAttributesBytes);
  }
  return text;
}

}  // namespace sasrec::bus
