#include "bus/record_map.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/json_values.hpp"

namespace sasrec::bus {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using Rows = RecordMap::Rows;

constexpr std::string_view kOperation = "operation";
constexpr std::string_view kOperations = "operations";
constexpr std::string_view kRemovals = "removals";
constexpr std::string_view kRemovedId = "removed-id";

enum class Takes : std::uint8_t { kPointer, kPointerOrConstant };
struct Name {
  std::string_view name;
  bool required;
  Takes takes;
};

constexpr std::array kInteractionNames = std::to_array<Name>({
    {"user", true, Takes::kPointer},
    {"item", true, Takes::kPointer},
    {"time", false, Takes::kPointer},
    {"id", false, Takes::kPointer},
    {"kind", false, Takes::kPointerOrConstant},
    {"recommendation", false, Takes::kPointer},
});
constexpr std::array kItemNames = std::to_array<Name>({
    {"id", true, Takes::kPointer},
    {"title", false, Takes::kPointer},
    {"categories", false, Takes::kPointerOrConstant},
    {"attributes", false, Takes::kPointer},
    {"available", false, Takes::kPointer},
});

std::span<const Name> names(Rows rows) {
  return rows == Rows::kItems ? std::span<const Name>(kItemNames) : std::span<const Name>(kInteractionNames);
}

std::string_view setting(Rows rows) {
  return rows == Rows::kItems ? "items-map" : "interactions-map";
}

/// RFC 6901: a ~ is followed by 0 or 1.
bool is_pointer(std::string_view text) {
  if (!text.starts_with('/')) return false;
  for (auto tilde = text.find('~'); tilde != std::string_view::npos; tilde = text.find('~', tilde + 1)) {
    const auto next = text.substr(tilde + 1, 1);
    if (next != "0" && next != "1") return false;
  }
  return true;
}

bool is_constant(std::string_view text) {
  return text.size() > 2 && text.starts_with('\'') && text.ends_with('\'');
}

/// "c,r": the words between the commas, without blanks around them.
std::set<std::string, std::less<>> split_words(std::string_view text) {
  std::set<std::string, std::less<>> words;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto word = text.substr(0, comma);
    word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
    word = word.substr(0, word.find_last_not_of(' ') + 1);
    if (!word.empty()) words.emplace(word);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return words;
}

/// Null if there is nothing at `place`.
const json::value* find(const json::value& record, std::string_view place) {
  json::error_code error;
  return record.find_pointer({place.data(), place.size()}, error);
}

/// A value as tables hold it, in the form that we read: a kind may be a number, a database without truth values has 0
/// and 1, a JSON column comes as a text, and what has one category names it.
base::Result<json::value> adapted(std::string_view name, const json::value& value) {
  if (name == "kind") {
    if (auto text = base::id_text(value)) return json::value(*text);
  } else if (name == "available" && value.is_int64() && (value.get_int64() == 0 || value.get_int64() == 1)) {
    return json::value(value.get_int64() == 1);
  } else if (name == "categories" && value.is_string()) {
    return json::value(json::array{value});
  } else if (name == "attributes" && value.is_string()) {
    json::error_code error;
    auto parsed = json::parse(value.get_string(), error);
    if (error) return fail(ErrorCode::kInvalidInput, "attributes are a text that is not JSON: {}", error.message());
    return parsed;
  }
  return value;
}

using Entries = std::map<std::string, std::string, std::less<>>;

base::Result<Entries> read_entries(Rows rows, std::span<const std::string> entries) {
  Entries values;
  for (const auto& entry : entries) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorCode::kInvalidInput, "{} {}: NAME=VALUE is wanted", setting(rows), entry);
    }
    values[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return values;
}

}  // namespace

std::string names_of(Rows rows) {
  std::vector<std::string_view> all;
  for (const auto& name : names(rows)) all.push_back(name.name);
  all.insert(all.end(), {kOperation, kOperations});
  if (rows == Rows::kItems) all.insert(all.end(), {kRemovals, kRemovedId});
  return fmt::format("{}", fmt::join(all, ", "));
}

base::Result<void> RecordMap::read_place(Rows rows, std::string_view name, std::string_view text, Field& field) {
  field.name = name;
  if (is_pointer(text)) {
    field.place = text;
    return {};
  }
  const auto constant_allowed = std::ranges::any_of(
      names(rows), [&](const Name& known) { return known.name == name && known.takes == Takes::kPointerOrConstant; });
  if (constant_allowed && is_constant(text)) {
    field.constant = text.substr(1, text.size() - 2);
    return {};
  }
  return fail(ErrorCode::kInvalidInput, "{} {} is {}: it has to be a JSON pointer such as /payload/after/user_id{}",
              setting(rows), name, text.empty() ? "empty" : text,
              constant_allowed ? ", or a text between single quotes such as 'purchase'" : "");
}

base::Result<RecordMap> RecordMap::parse(Rows rows, std::span<const std::string> entries) {
  RecordMap map;
  map.rows_ = rows;
  auto values = read_entries(rows, entries);
  if (!values) return base::Failure(values.error());
  if (values->empty()) return map;
  const auto take = [&](std::string_view name) {
    const auto found = values->find(name);
    std::optional<std::string> value;
    if (found != values->end()) {
      value = std::move(found->second);
      values->erase(found);
    }
    return value;
  };
  for (const auto& [name, required, takes] : names(rows)) {
    const auto value = take(name);
    if (!value && required) return fail(ErrorCode::kInvalidInput, "{} lacks {}", setting(rows), name);
    if (!value) continue;
    map.fields_.push_back({.required = required});
    if (auto read = read_place(rows, name, *value, map.fields_.back()); !read) return base::Failure(read.error());
  }
  const bool items = rows == Rows::kItems;
  map.operation_ = take(kOperation);
  if (map.operation_ && !is_pointer(*map.operation_)) {
    return fail(ErrorCode::kInvalidInput, "{} {} is {}: it has to be a JSON pointer such as /payload/op", setting(rows),
                kOperation, *map.operation_);
  }
  const auto operations = take(kOperations);
  map.operations_ = split_words(operations.value_or(items ? "c,r,u" : "c,r"));
  const auto removals = items ? take(kRemovals) : std::nullopt;
  map.removals_ = split_words(removals.value_or("d"));
  if (const auto removed = items ? take(kRemovedId) : std::nullopt) {
    map.removed_.push_back({.required = true});
    if (auto read = read_place(rows, kRemovedId, *removed, map.removed_.back()); !read) {
      return base::Failure(read.error());
    }
    map.removed_.back().name = "id";
  }
  if (!values->empty()) {
    return fail(ErrorCode::kInvalidInput, "{} knows no {}; there are {}", setting(rows), values->begin()->first,
                names_of(rows));
  }
  if (!map.operation_ && (operations || removals || !map.removed_.empty())) {
    return fail(ErrorCode::kInvalidInput, "{} says which operations count, but lacks {}: where they are in a record",
                setting(rows), kOperation);
  }
  if (map.operations_.empty()) {
    return fail(ErrorCode::kInvalidInput, "{} {} names no operation", setting(rows), kOperations);
  }
  return map;
}

base::Result<json::object> RecordMap::pick(const json::value& record, std::span<const Field> fields) const {
  json::object row;
  for (const auto& field : fields) {
    if (field.place.empty()) {
      row.emplace(field.name, *adapted(field.name, json::value(field.constant)));
      continue;
    }
    const auto* value = find(record, field.place);
    if (value == nullptr || (field.required && value->is_null())) {
      return fail(ErrorCode::kInvalidInput, "{} at {}, where {} says that {} is", value == nullptr ? "nothing" : "null",
                  field.place, setting(rows_), field.name);
    }
    if (value->is_null()) continue;
    auto taken = adapted(field.name, *value);
    if (!taken) return base::Failure(taken.error());
    row.emplace(field.name, *std::move(taken));
  }
  return row;
}

base::Result<RecordMap::Mapped> RecordMap::apply(const json::value& record) const {
  Mapped mapped{.action = Action::kTake, .row = {}};
  if (operation_) {
    const auto* value = find(record, *operation_);
    const auto* operation = value == nullptr ? nullptr : value->if_string();
    if (operation == nullptr) {
      return fail(ErrorCode::kInvalidInput, "no text at {}, where {} says that the {} is", *operation_, setting(rows_),
                  kOperation);
    }
    const std::string_view text(operation->data(), operation->size());
    if (!removed_.empty() && removals_.contains(text)) {
      mapped.action = Action::kWithdraw;
    } else if (!operations_.contains(text)) {
      mapped.action = Action::kSkip;
      return mapped;
    }
  }
  auto row = pick(record, mapped.action == Action::kWithdraw ? removed_ : fields_);
  if (!row) return base::Failure(row.error());
  mapped.row = *std::move(row);
  return mapped;
}

}  // namespace sasrec::bus
