#include "pipeline/json_fields.hpp"

#include <chrono>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace sasrec::pipeline {
namespace {

namespace json = boost::json;

constexpr std::string_view kNul("\0", 1);

/// Years 1 to 9999, which everything that keeps times can hold and write: an offset may lead beyond them.
std::optional<base::Time> within_years(std::optional<base::Time> time) {
  constexpr base::Time kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
  constexpr base::Time kEnd = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);
  return time && *time >= kFirst && *time < kEnd ? time : std::nullopt;
}

std::optional<base::Time> from_unix_seconds(double seconds) {
  constexpr double kMost = 1e12;  // microseconds fit in 64 bits
  if (!(std::abs(seconds) < kMost)) return std::nullopt;
  return base::Time(std::chrono::microseconds(std::llround(seconds * 1e6)));
}

}  // namespace

JsonFields::JsonFields(const json::object& object, std::string_view place) : object_(object), place_(place) {}

const json::value* JsonFields::find(std::string_view name, Presence presence) {
  const auto* value = object_.if_contains(name);
  if (value != nullptr && !value->is_null()) return value;
  if (presence == kRequired) refuse(name, "is missing");
  return nullptr;
}

std::string JsonFields::text(std::string_view name, Presence presence) {
  const auto* value = find(name, presence);
  if (value == nullptr) return {};
  const auto* text = value->if_string();
  if (text == nullptr) {
    refuse(name, "must be a string");
    return {};
  }
  if (std::string_view(*text).find(kNul) != std::string_view::npos) refuse(name, "holds a NUL character");
  return std::string(*text);
}

std::vector<std::string> JsonFields::texts(std::string_view name, Presence presence) {
  std::vector<std::string> texts;
  const auto* elements = array(name, presence);
  if (elements == nullptr) return texts;
  texts.reserve(elements->size());
  for (const auto& element : *elements) {
    const auto* text = element.if_string();
    if (text == nullptr) {
      refuse(name, "must be a list of strings");
      return {};
    }
    texts.emplace_back(*text);
  }
  return texts;
}

std::size_t JsonFields::number(std::string_view name, Presence presence, Range range, std::size_t otherwise) {
  const auto* value = find(name, presence);
  if (value == nullptr) return otherwise;
  boost::system::error_code error;
  const auto number = value->to_number<std::size_t>(error);
  if (error || number < range.least || number > range.most) {
    refuse(name, fmt::format("must be a whole number from {} to {}", range.least, range.most));
    return otherwise;
  }
  return number;
}

float JsonFields::number(std::string_view name, Presence presence) {
  const auto* value = find(name, presence);
  if (value == nullptr) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  constexpr double kMost = 3.4028235e38;  // the largest float as it is written, which is a little more than it is
  if (error || !(std::abs(number) <= kMost)) {
    refuse(name, "must be a number in the range of a 32-bit float");
    return 0;
  }
  return static_cast<float>(number);
}

bool JsonFields::flag(std::string_view name) {
  const auto* value = find(name, kOptional);
  if (value == nullptr) return false;
  if (!value->is_bool()) {
    refuse(name, "must be true or false");
    return false;
  }
  return value->get_bool();
}

base::Time JsonFields::time(std::string_view name) {
  const auto text = this->text(name, kRequired);
  const auto time = within_years(base::parse_time(text));
  if (!time) refuse(name, "must be a time as in 2026-11-22T15:30:00Z");
  return time.value_or(base::Time{});
}

std::optional<base::Time> JsonFields::optional_time(std::string_view name) {
  const auto* value = find(name, kOptional);
  if (value == nullptr) return std::nullopt;
  std::optional<base::Time> time;
  if (const auto* text = value->if_string()) {
    time = base::parse_time(*text);
  } else if (value->is_number()) {
    time = from_unix_seconds(value->to_number<double>());
  }
  time = within_years(time);
  if (!time) refuse(name, "must be a time as in 2026-11-22T15:30:00Z, or Unix seconds");
  return time;
}

const json::object* JsonFields::object(std::string_view name) {
  const auto* value = find(name, kOptional);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) refuse(name, "must be an object");
  return value->if_object();
}

const json::array* JsonFields::array(std::string_view name, Presence presence) {
  const auto* value = find(name, presence);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) refuse(name, "must be a list");
  return value->if_array();
}

void JsonFields::refuse(std::string_view name, std::string_view what) {
  if (problem_.empty()) problem_ = fmt::format("{}/{} {}", place_, name, what);
}

base::Result<void> JsonFields::result() const {
  if (problem_.empty()) return {};
  return base::Failure(base::Error{base::ErrorCode::kInvalidInput, problem_});
}

}  // namespace sasrec::pipeline
