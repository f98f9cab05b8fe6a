// The reading half of message_codec.hpp, for what producers outside write: interactions and items.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/sha256.hpp"
#include "bus/codec.hpp"
#include "bus/item_attributes.hpp"
#include "bus/json_fields.hpp"
#include "bus/parsed_json.hpp"

namespace sasrec::bus {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using enum JsonFields::FieldPresence;

std::string event_id(const Record& record, std::size_t place) {
  // The value is part of it: if the bus was lost and recreated, the same offsets belong to other events.
  const auto text = fmt::format("{}/{}/{}/{}\n{}", name(record.message.topic), record.position.partition,
                                record.position.offset, place, record.message.value);
  return base::Uuid::from_digest(base::sha256(text)).text();
}

base::Result<Interaction> read_interaction(const Record& record, const json::object& object, std::size_t place,
                                           base::Time now) {
  JsonFields fields(object);
  Interaction interaction{.id = fields.id("id", kOptional),
                          .user = fields.id("user", kRequired),
                          .item = fields.id("item", kRequired),
                          .time = fields.moment("time", now).value_or(now),
                          .kind = fields.text("kind", kOptional),
                          .recommendation = fields.text("recommendation", kOptional)};
  if (interaction.id.empty()) interaction.id = event_id(record, place);
  if (interaction.kind.empty()) interaction.kind = "interaction";
  auto valid = fields.result();
  if (valid) valid = check(interaction);
  if (!valid) return base::Failure(valid.error());
  return interaction;
}

void check_words(JsonFields& fields, const CatalogueItem& item) {
  const auto has_control = [](std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  };
  if (item.title.size() > kMaxTitleBytes) fields.refuse("title", fmt::format("has more than {} bytes", kMaxTitleBytes));
  if (has_control(item.title)) fields.refuse("title", "holds a control character");
  if (item.categories.size() > kMaxItemCategories) {
    fields.refuse("categories", fmt::format("has more than {} elements", kMaxItemCategories));
  }
  for (const auto& category : item.categories) {
    if (category.empty() || category.size() > kMaxCategoryBytes || has_control(category)) {
      fields.refuse("categories",
                    fmt::format("holds one that has not 1 to {} bytes without control characters", kMaxCategoryBytes));
    }
  }
}

base::Result<ItemChange> read_item(const Record& record, const json::object& object, bool alone) {
  JsonFields fields(object);
  const bool by_key = alone && !record.message.key.empty();
  CatalogueItem item{.id = fields.id("id", by_key ? kOptional : kRequired),
                     .title = fields.text("title", kOptional),
                     .categories = fields.texts("categories", kOptional),
                     .attributes = "{}",
                     .available = fields.flag("available", true)};
  if (by_key && item.id.empty() && object.if_contains("id") == nullptr) item.id = record.message.key;
  if (const auto* value = object.if_contains("attributes"); value != nullptr && !value->is_null()) {
    auto attributes = read_attributes(*value);
    if (!attributes) fields.refuse("attributes", attributes.error().message);
    if (attributes) item.attributes = *std::move(attributes);
  }
  if (const auto problem = base::id_problem(item.id); !problem.empty()) fields.refuse("id", problem);
  check_words(fields, item);
  if (const auto valid = fields.result(); !valid) return base::Failure(valid.error());
  return ItemChange{.item = std::move(item)};
}

base::Result<ItemChange> withdrawn(std::string id) {
  if (const auto problem = base::id_problem(id); !problem.empty()) {
    return fail(ErrorCode::kInvalidInput, "the id of the item to withdraw {}", problem);
  }
  if (!base::is_utf8(id)) return fail(ErrorCode::kInvalidInput, "the id of the item to withdraw is not UTF-8");
  return ItemChange{.item = {.id = std::move(id)}, .withdrawn = true};
}

/// Calls `read(object, place, action)` for each element of the record that `map` takes.
template <class Row, class Read>
base::Result<RowsRead<Row>> read_rows(const Record& record, const RecordMap& map, std::string_view what,
                                      const Read& read) {
  Parsed parsed;
  if (const auto text = parsed.parse(record.message.value); !text) return base::Failure(text.error());
  const auto& value = parsed.value();
  const std::span<const json::value> values =
      value.is_array() ? std::span(value.get_array().data(), value.get_array().size()) : std::span(&value, 1);
  RowsRead<Row> rows;
  rows.rows.reserve(values.size());
  for (std::size_t place = 0; place < values.size(); ++place) {
    const auto* object = values[place].if_object();
    if (object == nullptr) return fail(ErrorCode::kInvalidInput, "{} {} is not a JSON object", what, place);
    base::Result<RecordMap::Mapped> mapped = RecordMap::Mapped{.action = RecordMap::Action::kTake, .row = {}};
    if (!map.empty()) {
      mapped = map.apply(values[place]);
      if (!mapped) return base::fail_within(fmt::format("{} {}", what, place), mapped.error());
      object = &mapped->row;
    }
    if (mapped->action == RecordMap::Action::kSkip) {
      ++rows.skipped;
      continue;
    }
    auto row = read(*object, place, mapped->action);
    if (!row) return base::fail_within(fmt::format("{} {}", what, place), row.error());
    rows.rows.push_back(*std::move(row));
  }
  return rows;
}

}  // namespace

base::Result<RowsRead<Interaction>> decode_interactions(const Record& record, base::Time now, const RecordMap& map) {
  if (record.message.tombstone && map.skips_tombstones()) return RowsRead<Interaction>{.rows = {}, .skipped = 1};
  return read_rows<Interaction>(record, map, "interaction",
                                [&](const json::object& object, std::size_t place, RecordMap::Action) {
                                  return read_interaction(record, object, place, now);
                                });
}

base::Result<RowsRead<ItemChange>> decode_items(const Record& record, const RecordMap& map) {
  if (record.message.tombstone) {
    if (map.skips_tombstones()) return RowsRead<ItemChange>{.rows = {}, .skipped = 1};
    auto change = withdrawn(record.message.key);
    if (!change) return base::fail_within("a record without a value", change.error());
    return RowsRead<ItemChange>{.rows = {*std::move(change)}};
  }
  const bool alone = map.empty() && !record.message.value.starts_with('[');
  return read_rows<ItemChange>(record, map, "item",
                               [&](const json::object& object, std::size_t, RecordMap::Action action) {
                                 if (action == RecordMap::Action::kTake) return read_item(record, object, alone);
                                 JsonFields fields(object);
                                 auto id = fields.id("id", kRequired);
                                 if (const auto valid = fields.result(); !valid)
                                   return base::Result<ItemChange>(base::Failure(valid.error()));
                                 return withdrawn(std::move(id));
                               });
}

}  // namespace sasrec::bus
