#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <utility>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "dataset/row_parser.hpp"

namespace sasrec::dataset {
namespace {

namespace json = boost::json;

json::parse_options parse_options() {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // ids are kept byte by byte
  return options;
}

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

/// Writes the value as text. Returns false if a column of that kind does not accept such a value.
bool write_value(const json::value& value, ValueKind kind, std::string& text) {
  text.clear();
  if (value.is_string()) {
    text = view(value.get_string());
    return true;
  }
  if (value.is_array() && kind == ValueKind::kList) {
    for (const auto& element : value.get_array()) {
      if (!element.is_string()) return false;
      if (!text.empty()) text += '|';
      text += view(element.get_string());
    }
    return true;
  }
  if (kind == ValueKind::kList) return false;
  if (value.is_int64()) {
    fmt::format_to(std::back_inserter(text), "{}", value.get_int64());
    return true;
  }
  if (value.is_uint64()) {
    fmt::format_to(std::back_inserter(text), "{}", value.get_uint64());
    return true;
  }
  if (value.is_double() && kind != ValueKind::kId) {
    fmt::format_to(std::back_inserter(text), "{}", value.get_double());
    return true;
  }
  return false;
}

std::string_view expectation(ValueKind kind) {
  switch (kind) {
    case ValueKind::kId:
      return "a string or a whole number";
    case ValueKind::kTime:
    case ValueKind::kText:
      return "a string or a number";
    case ValueKind::kList:
      return "a string or an array of strings";
  }
  return "a string";
}

class JsonParser final : public RowParser {
 public:
  explicit JsonParser(std::vector<Column> columns)
      : columns_(std::move(columns)),
        texts_(columns_.size()),
        memory_(first_block_.data(), first_block_.size()),
        parser_({}, parse_options()) {}

  std::string parse(std::string_view record, RowValues& values) override {
    values.assign(columns_.size(), std::nullopt);
    // Boost keeps the document in this block: most rows need no allocation.
    memory_.release();
    parser_.reset(&memory_);
    json::error_code error;
    parser_.write(record.data(), record.size(), error);
    if (error) return fmt::format("is not JSON: {}", error.message());
    const auto value = parser_.release();
    if (!value.is_object()) return "is not a JSON object";

    best_.assign(columns_.size(), Found{});
    for (const auto& member : value.get_object()) {
      const auto role = role_of(view(member.key()));
      if (!role || member.value().is_null()) continue;
      auto& best = best_[role->column];
      if (best.value == nullptr || role->rank < best.rank) best = {.value = &member.value(), .rank = role->rank};
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (best_[i].value == nullptr) continue;
      if (!write_value(*best_[i].value, columns_[i].kind, texts_[i])) {
        return fmt::format("{} {} is not {}", columns_[i].label, base::shown_value(serialized(*best_[i].value)),
                           expectation(columns_[i].kind));
      }
      values[i] = texts_[i];
    }
    return {};
  }

 private:
  struct Role {
    std::size_t column = 0;
    std::size_t rank = 0;
  };
  struct Found {
    const json::value* value = nullptr;
    std::size_t rank = 0;
  };

  static std::string serialized(const json::value& value) {
    if (value.is_double()) return fmt::format("{}", value.get_double());
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    return value.is_array() ? "[…]" : value.is_object() ? "{…}" : "…";
  }

  /// Finds the column of a key. Matching names costs more than parsing a row, and a log uses few keys, so results are
  /// remembered.
  std::optional<Role> role_of(std::string_view key) {
    key_ = key;
    if (const auto known = roles_.find(key_); known != roles_.end()) return known->second;
    std::optional<Role> role;
    for (std::size_t i = 0; i < columns_.size() && !role; ++i) {
      if (const auto rank = match_rank(columns_[i], key)) role = Role{.column = i, .rank = *rank};
    }
    // Bounded, since a log may use a new key in every row.
    constexpr std::size_t kMaxRemembered = 1024;
    if (roles_.size() == kMaxRemembered) roles_.clear();
    roles_.emplace(key_, role);
    return role;
  }

  std::vector<Column> columns_;
  std::vector<std::string> texts_;  // a row's values, one per column
  std::vector<Found> best_;
  std::unordered_map<std::string, std::optional<Role>> roles_;
  std::string key_;
  std::array<unsigned char, 16384> first_block_{};
  json::monotonic_resource memory_;
  json::parser parser_;
};

}  // namespace

std::unique_ptr<RowParser> json_parser(std::vector<Column> columns) {
  return std::make_unique<JsonParser>(std::move(columns));
}

}  // namespace sasrec::dataset
