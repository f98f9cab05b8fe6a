#include "http/bodies/item_body.hpp"

#include <string>
#include <utility>

#include "bus/item_attributes.hpp"
#include "http/bodies/found_value.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/object_reader.hpp"

namespace sasrec::http {
namespace {

namespace json = boost::json;

std::string read_attributes(ObjectReader& reader) {
  const auto* value = reader.find("attributes");
  if (value == nullptr) return "{}";
  auto text = bus::read_attributes(*value);
  if (!text) reader.wrong("attributes", text.error().message);
  return std::move(text).value_or(std::string());
}

bus::CatalogueItem read_item(const json::value& value, const Place& place, FieldErrors& errors) {
  ObjectReader reader(value, place, errors);
  bus::CatalogueItem item;
  item.id = reader.required_id("id").value_or("");
  item.title = reader.text("title", bus::kMaxTitleBytes).value_or("");
  item.categories =
      reader.texts("categories", bus::kMaxItemCategories, bus::kMaxCategoryBytes).value_or(std::vector<std::string>());
  item.attributes = read_attributes(reader);
  item.available = reader.flag("available").value_or(true);
  reader.refuse_unknown();
  return item;
}

}  // namespace

Decoded<std::vector<bus::CatalogueItem>> decode_items(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return Refused(document.error());
  FieldErrors errors;
  const Place root;
  ObjectReader reader(*document, root, errors);
  std::vector<bus::CatalogueItem> items;
  if (const auto* array = reader.required_array("items", 1, kMaxPutItems)) {
    items.reserve(array->size());
    const Place place = reader.place("items");
    for (const auto& element : *array) {
      items.push_back(read_item(element, Place(place, items.size()), errors));
      if (errors.full()) break;
    }
  }
  reader.refuse_unknown();
  if (!errors.empty()) return Refused(wrong_values(with_found(errors.take(), *document)));
  return items;
}

}  // namespace sasrec::http
