#include "base/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/encoding.hpp"

namespace sasrec::base {
namespace {

template <class Number>
void append_number(std::string& json, Number number) {
  if (std::isfinite(number)) {
    fmt::format_to(std::back_inserter(json), "{}", number);
  } else {
    json += "null";
  }
}

/// Whether a JSON string contains this character unescaped. Bytes of UTF-8 beyond ASCII (negative) go the slow way,
/// which checks them.
bool is_plain(char c) {
  return c >= 0x20 && c != 0x7F && c != '"' && c != '\\';
}

void append(std::string& json, const boost::json::value& value);

void append(std::string& json, const boost::json::array& array) {
  json += '[';
  std::string_view separator;
  for (const auto& element : array) {
    json += separator;
    append(json, element);
    separator = ",";
  }
  json += ']';
}

void append(std::string& json, const boost::json::object& object) {
  json += '{';
  std::string_view separator;
  for (const auto& [name, element] : object) {
    json += separator;
    append_json_string(json, name);
    json += ':';
    append(json, element);
    separator = ",";
  }
  json += '}';
}

void append(std::string& json, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      json += "null";
      break;
    case boost::json::kind::bool_:
      json += value.get_bool() ? "true" : "false";
      break;
    case boost::json::kind::int64:
      fmt::format_to(std::back_inserter(json), "{}", value.get_int64());
      break;
    case boost::json::kind::uint64:
      fmt::format_to(std::back_inserter(json), "{}", value.get_uint64());
      break;
    case boost::json::kind::double_:
      append_number(json, value.get_double());
      break;
    case boost::json::kind::string:
      append_json_string(json, value.get_string());
      break;
    case boost::json::kind::array:
      append(json, value.get_array());
      break;
    case boost::json::kind::object:
      append(json, value.get_object());
      break;
  }
}

}  // namespace

void append_json_string(std::string& json, std::string_view text) {
  if (std::ranges::all_of(text, is_plain)) {  // nearly every text, so one append does it
    ((json += '"') += text) += '"';
    return;
  }
  // Declared out here: `text` refers to it below.
  std::string decoded;
  if (!is_utf8(text)) {
    decoded = to_printable_utf8(text);
    text = decoded;
  }
  json += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (byte < 0x20) {
      // JSON allows no control character as it is. 0x7F and above are allowed.
      fmt::format_to(std::back_inserter(json), "\\u{:04x}", byte);
    } else {
      json += c;
    }
  }
  json += '"';
}

void append_json_number(std::string& json, float number) {
  append_number(json, number);
}

std::string to_json_text(const boost::json::value& value) {
  std::string json;
  append(json, value);
  return json;
}

}  // namespace sasrec::base
