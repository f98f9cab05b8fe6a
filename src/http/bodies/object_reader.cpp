#include "http/bodies/object_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json_values.hpp"
#include "base/moment.hpp"
#include "http/ids.hpp"

namespace sasrec::http {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

/// What is wrong with `value` as a text; empty if nothing.
std::string text_error(const json::value& value, std::size_t max_bytes) {
  if (!value.is_string()) return fmt::format("must be a string of 1 to {} bytes", max_bytes);
  const auto text = view(value.get_string());
  if (text.empty() || text.size() > max_bytes) {
    return fmt::format("is {} bytes long: 1 to {} are allowed", text.size(), max_bytes);
  }
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; })) {
    return "holds a control character: none is allowed";
  }
  return {};
}

/// A whole number, however it is written (10, 10.0), or none.
std::optional<std::uint64_t> whole_number(const json::value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  if (value.is_double()) {
    const double number = value.get_double();
    if (number >= 0 && number < 9e15 && std::floor(number) == number) return static_cast<std::uint64_t>(number);
  }
  return std::nullopt;
}

/// What is wrong with `value` as an id; empty, with the id in `text`, if nothing.
std::string read_id(const json::value& value, std::string& text) {
  auto read = base::id_text(value);
  if (!read) return fmt::format("must be {}", base::kIdForms);
  text = *std::move(read);
  return id_error(text);
}

}  // namespace

std::string Place::pointer() const {
  if (parent_ == nullptr) return {};
  std::string text = parent_->pointer() + '/';
  if (name_.data() == nullptr) return text + std::to_string(index_);
  // RFC 6901: ~ and / are written ~0 and ~1.
  for (const char c : name_) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

void FieldErrors::add(const Place& place, std::string detail) {
  if (!full()) errors_.push_back({.where = place.pointer(), .detail = std::move(detail)});
}

ObjectReader::ObjectReader(const json::value& value, const Place& place, FieldErrors& errors)
    : object_(value.if_object()), place_(place), errors_(errors) {
  if (object_ == nullptr) errors_.add(place_, "must be an object");
}

const json::value* ObjectReader::find(std::string_view name) {
  if (object_ == nullptr) return nullptr;
  if (std::ranges::find(known_, name) == known_.end()) known_.push_back(name);
  return object_->if_contains(json::string_view(name.data(), name.size()));
}

void ObjectReader::wrong(std::string_view name, std::string detail) {
  errors_.add(place(name), std::move(detail));
}

std::optional<std::string> ObjectReader::id(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::string text;
  if (auto error = read_id(*value, text); !error.empty()) {
    wrong(name, std::move(error));
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> ObjectReader::required_id(std::string_view name) {
  auto value = id(name);
  if (object_ != nullptr && !value && object_->if_contains(json::string_view(name.data(), name.size())) == nullptr) {
    wrong(name, fmt::format("is missing: {}", base::kIdForms));
  }
  return value;
}

std::optional<std::vector<std::string>> ObjectReader::ids(std::string_view name, std::size_t max) {
  return elements(name, max, "ids", read_id);
}

std::optional<std::string> ObjectReader::text(std::string_view name, std::size_t max_bytes) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (auto error = text_error(*value, max_bytes); !error.empty()) {
    wrong(name, std::move(error));
    return std::nullopt;
  }
  return std::string(view(value->get_string()));
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view name, std::size_t max,
                                                            std::size_t max_bytes) {
  return elements(name, max, "strings", [max_bytes](const json::value& value, std::string& text) {
    auto error = text_error(value, max_bytes);
    if (error.empty()) text = view(value.get_string());
    return error;
  });
}

template <class Read>
std::optional<std::vector<std::string>> ObjectReader::elements(std::string_view name, std::size_t max,
                                                               std::string_view kind, const Read& read) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array() || value->get_array().size() > max) {
    wrong(name, fmt::format("must be an array of at most {} {}", max, kind));
    return std::nullopt;
  }
  const Place whole = place(name);
  std::vector<std::string> texts;
  texts.reserve(value->get_array().size());
  bool right = true;
  for (std::size_t i = 0; const auto& element : value->get_array()) {
    if (auto error = read(element, texts.emplace_back()); !error.empty()) {
      errors_.add(Place(whole, i), std::move(error));
      right = false;
    }
    ++i;
  }
  if (!right) return std::nullopt;
  return texts;
}

std::optional<std::size_t> ObjectReader::number(std::string_view name, std::size_t min, std::size_t max) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = whole_number(*value);
  if (!number || *number < min || *number > max) {
    wrong(name, fmt::format("must be a whole number from {} to {}", min, max));
    return std::nullopt;
  }
  return static_cast<std::size_t>(*number);
}

std::optional<bool> ObjectReader::flag(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    wrong(name, "must be true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<base::Time> ObjectReader::time(std::string_view name, base::Time now) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto time = base::moment_in(*value);
  auto problem = time ? base::moment_problem(*time, now) : fmt::format("must be a time: {}", base::kMomentForms);
  if (!problem.empty()) {
    wrong(name, std::move(problem));
    return std::nullopt;
  }
  return time;
}

const json::array* ObjectReader::required_array(std::string_view name, std::size_t min, std::size_t max) {
  const auto* value = find(name);
  if (object_ == nullptr) return nullptr;
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr || array->size() < min || array->size() > max) {
    wrong(name,
          fmt::format("{} an array of {} to {} elements", value == nullptr ? "is missing:" : "must be", min, max));
    return nullptr;
  }
  return array;
}

void ObjectReader::refuse_unknown() {
  if (object_ == nullptr || object_->empty()) return;
  for (const auto& field : *object_) {
    const std::string_view name(field.key().data(), field.key().size());
    if (std::ranges::find(known_, name) == known_.end()) {
      errors_.add(place(name), fmt::format("is not known: allowed are {}", fmt::join(known_, ", ")));
    }
  }
}

}  // namespace sasrec::http
