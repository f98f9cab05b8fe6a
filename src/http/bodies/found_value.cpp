#include "http/bodies/found_value.hpp"

#include <fmt/format.h>

#include <cstddef>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/json_text.hpp"

namespace sasrec::http {

std::string found_text(std::string_view text) {
  constexpr std::size_t kMax = 40;
  std::string_view more;
  if (text.size() > kMax) {
    auto end = kMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // not within a character
    text = text.substr(0, end);
    more = "...";
  }
  std::string found;
  base::append_json_string(found, text);
  return found += more;
}

std::string found_value(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return found_text({text->data(), text->size()});
  if (const auto* array = value.if_array()) {
    return fmt::format("an array of {} element{}", array->size(), array->size() == 1 ? "" : "s");
  }
  return value.is_object() ? "an object" : base::to_json_text(value);
}

std::vector<FieldError> with_found(std::vector<FieldError> errors, const boost::json::value& document) {
  for (auto& error : errors) {
    if (!error.detail.starts_with("must be ")) continue;
    boost::json::error_code missing;
    const auto* value = document.find_pointer({error.where.data(), error.where.size()}, missing);
    if (value != nullptr) error.detail += ", not " + found_value(*value);
  }
  return errors;
}

}  // namespace sasrec::http
