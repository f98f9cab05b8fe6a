#include "base/json_writer.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/json_text.hpp"

namespace sasrec::base {

std::string& JsonObject::member(std::string_view name) {
  if (!std::exchange(first_, false)) json_ += ',';
  ((json_ += '"') += name) += "\":";
  return json_;
}

void JsonObject::text(std::string_view name, std::string_view value) {
  append_json_string(member(name), value);
}

void JsonObject::optional_text(std::string_view name, std::string_view value) {
  if (!value.empty()) text(name, value);
}

void JsonObject::plain_text(std::string_view name, std::string_view value) {
  ((member(name) += '"') += value) += '"';
}

void JsonObject::texts(std::string_view name, std::span<const std::string> values) {
  JsonArray array(member(name));
  for (const auto& value : values) append_json_string(array.element(), value);
  array.end();
}

void JsonObject::number(std::string_view name, std::size_t value) {
  fmt::format_to(std::back_inserter(member(name)), "{}", value);
}

void JsonObject::number(std::string_view name, float value) {
  append_json_number(member(name), value);
}

void JsonObject::boolean(std::string_view name, bool value) {
  member(name) += value ? "true" : "false";
}

void JsonObject::time(std::string_view name, Time value) {
  plain_text(name, format_time(value));
}

std::string& JsonArray::element() {
  if (!std::exchange(first_, false)) json_ += ',';
  return json_;
}

}  // namespace sasrec::base
