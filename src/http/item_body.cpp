#include "http/item_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/json_text.hpp"
#include "http/found_value.hpp"
#include "http/json_document.hpp"
#include "http/object_reader.hpp"

namespace sasrec::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostTitleBytes = 1024;
constexpr std::size_t kMostCategoriesOfItem = 100;
constexpr std::size_t kMostCategoryBytes = 256;
constexpr std::size_t kMostAttributeBytes = 16UL * 1024;

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

std::string read_attributes(ObjectReader& reader) {
  const auto* value = reader.find("attributes");
  if (value == nullptr) return "{}";
  if (!value->is_object()) {
    reader.wrong("attributes", "must be an object");
    return {};
  }
  if (!can_be_stored(*value)) {
    reader.wrong("attributes", "holds the character U+0000 or a number beyond a double's range");
    return {};
  }
  auto text = base::to_json_text(*value);
  if (text.size() > kMostAttributeBytes) {
    reader.wrong("attributes",
                 fmt::format("is {} bytes long: at most {} are allowed", text.size(), kMostAttributeBytes));
  }
  return text;
}

pipeline::CatalogueItem read_item(const json::value& value, const Place& place, FieldErrors& errors) {
  ObjectReader reader(value, place, errors);
  pipeline::CatalogueItem item;
  item.id = reader.required_id("id").value_or("");
  item.title = reader.text("title", kMostTitleBytes).value_or("");
  item.categories =
      reader.texts("categories", kMostCategoriesOfItem, kMostCategoryBytes).value_or(std::vector<std::string>());
  item.attributes = read_attributes(reader);
  item.available = reader.flag("available").value_or(true);
  reader.refuse_unknown();
  return item;
}

}  // namespace

Decoded<std::vector<pipeline::CatalogueItem>> decode_items(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return tl::unexpected(document.error());
  FieldErrors errors;
  const Place root;
  ObjectReader reader(*document, root, errors);
  std::vector<pipeline::CatalogueItem> items;
  if (const auto* array = reader.required_array("items", 1, kMostPutItems)) {
    items.reserve(array->size());
    const Place place = reader.place("items");
    for (const auto& element : *array) {
      items.push_back(read_item(element, Place(place, items.size()), errors));
      if (errors.full()) break;
    }
  }
  reader.refuse_unknown();
  if (!errors.empty()) return tl::unexpected(wrong_values(with_found(errors.take(), *document)));
  return items;
}

}  // namespace sasrec::http
