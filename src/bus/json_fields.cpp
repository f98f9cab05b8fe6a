#include "bus/json_fields.hpp"

#include <chrono>
#include <cmath>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "base/json_values.hpp"
#include "base/moment.hpp"

namespace sasrec::bus {
namespace {

namespace json = boost::json;

constexpr std::string_view kNul("\0", 1);

/// Years 1 to 9999, which everything that keeps times can hold and write: an offset may lead beyond them.
std::optional<base::Time> within_years(std::optional<base::Time> time) {
  constexpr base::Time kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
  constexpr base::Time kEnd = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);
  return time && *time >= kFirst && *time < kEnd ? time : std::nullopt;
}

}  // namespace

JsonFields::JsonFields(const json::object& object, std::string_view place) : object_(object), place_(place) {}

const json::value* JsonFields::find(std::string_view name, FieldPresence presence) {
  const auto* value = object_.if_contains(name);
  if (value != nullptr && !value->is_null()) return value;
  if (presence == kRequired) refuse(name, "is missing");
  return nullptr;
}

std::string JsonFields::text(std::string_view name, FieldPresence presence) {
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

std::vector<std::string> JsonFields::texts(std::string_view name, FieldPresence presence) {
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

std::string JsonFields::id(std::string_view name, FieldPresence presence) {
  const auto* value = find(name, presence);
  if (value == nullptr) return {};
  auto id = base::id_text(*value);
  if (!id) refuse(name, fmt::format("must be {}", base::kIdForms));
  return std::move(id).value_or(std::string());
}

std::vector<std::string> JsonFields::ids(std::string_view name, FieldPresence presence) {
  std::vector<std::string> ids;
  const auto* elements = array(name, presence);
  if (elements == nullptr) return ids;
  ids.reserve(elements->size());
  for (const auto& element : *elements) {
    auto id = base::id_text(element);
    if (!id) {
      refuse(name, fmt::format("must be a list of ids, each {}", base::kIdForms));
      return {};
    }
    ids.push_back(*std::move(id));
  }
  return ids;
}

std::size_t JsonFields::number(std::string_view name, FieldPresence presence, Range range, std::size_t otherwise) {
  const auto* value = find(name, presence);
  if (value == nullptr) return otherwise;
  boost::system::error_code error;
  const auto number = value->to_number<std::size_t>(error);
  if (error || number < range.min || number > range.max) {
    refuse(name, fmt::format("must be a whole number from {} to {}", range.min, range.max));
    return otherwise;
  }
  return number;
}

float JsonFields::number(std::string_view name, FieldPresence presence) {
  const auto* value = find(name, presence);
  if (value == nullptr) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  constexpr double kMax = 3.4028235e38;  // the largest float as it is written, which is a little more than it is
  if (error || !(std::abs(number) <= kMax)) {
    refuse(name, "must be a number in the range of a 32-bit float");
    return 0;
  }
  return static_cast<float>(number);
}

bool JsonFields::flag(std::string_view name, bool otherwise) {
  const auto* value = find(name, kOptional);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) {
    refuse(name, "must be true or false");
    return otherwise;
  }
  return value->get_bool();
}

base::Time JsonFields::time(std::string_view name) {
  const auto text = this->text(name, kRequired);
  const auto time = within_years(base::parse_time(text));
  if (!time) refuse(name, "must be a time as in 2026-11-22T15:30:00Z");
  return time.value_or(base::Time{});
}

std::optional<base::Time> JsonFields::moment(std::string_view name, base::Time now) {
  const auto* value = find(name, kOptional);
  if (value == nullptr) return std::nullopt;
  const auto time = base::moment_in(*value);
  const auto problem = time ? base::moment_problem(*time, now) : fmt::format("must be a time: {}", base::kMomentForms);
  if (!problem.empty()) refuse(name, problem);
  return time;
}

const json::object* JsonFields::object(std::string_view name) {
  const auto* value = find(name, kOptional);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) refuse(name, "must be an object");
  return value->if_object();
}

const json::array* JsonFields::array(std::string_view name, FieldPresence presence) {
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

}  // namespace sasrec::bus
