#include "retraining/held_back.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "dataset/held_users.hpp"

namespace sasrec::retraining {
namespace {

namespace json = boost::json;
using dataset::Case;
using dataset::LogSequences;

/// A log that differs by more than one interaction in so many is not the version's log.
constexpr std::size_t kOneIn = 100;

const json::object* object_in(const json::object& parent, std::string_view key) {
  const auto* const value = parent.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::int64_t> whole_number_in(const json::object& parent, std::string_view key) {
  const auto* const value = parent.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->as_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->as_uint64());
  return std::nullopt;
}

constexpr std::string_view kLeaveOneOut = "leave-one-out";
constexpr std::string_view kUsers = "users";
constexpr std::string_view kTimeSplit = "time-split";

/// None: a rule that this release doesn't know, or places by another hash.
std::optional<HeldRule> rule_of(const json::object& held, double& share) {
  const auto* const rule = held.if_contains("rule");
  if (rule == nullptr || !rule->is_string()) return std::nullopt;
  const std::string_view name(rule->as_string().data(), rule->as_string().size());
  if (name == kLeaveOneOut) return HeldRule::kLeaveOneOut;
  if (name == kTimeSplit) return HeldRule::kTimeSplit;
  const auto* const of_users = held.if_contains("share");
  if (name != kUsers || of_users == nullptr || !of_users->is_number()) return std::nullopt;
  if (whole_number_in(held, "hash") != dataset::kUserPlaceVersion) return std::nullopt;
  share = of_users->to_number<double>();
  return HeldRule::kUsers;
}

/// How many of a user's interactions are not newer than `end`.
std::size_t count_until(std::int64_t end, std::span<const std::int64_t> times) {
  return static_cast<std::size_t>(std::ranges::upper_bound(times, end) - times.begin());
}

bool is_log_of(const HeldBack& held, const LogSequences& sequences) {
  std::size_t now = 0;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    now += count_until(held.log_end, sequences.times_of(user));
  }
  const auto off = now > held.events ? now - held.events : held.events - now;
  return off * kOneIn <= held.events;
}

}  // namespace

json::object held_by_protocol(dataset::Protocol protocol) {
  return {{"rule", protocol == dataset::Protocol::kLeaveOneOut ? kLeaveOneOut : kTimeSplit}};
}

json::object held_by_users(double share) {
  return {{"rule", kUsers}, {"share", share}, {"hash", dataset::kUserPlaceVersion}};
}

HeldBack read_held_back(const json::object& metrics, base::Time created) {
  HeldBack read;
  read.log_end = std::chrono::floor<std::chrono::seconds>(created).time_since_epoch().count();
  const auto* const data = object_in(metrics, "data");
  if (data == nullptr) return read;
  if (const auto* const held = object_in(*data, "held")) read.rule = rule_of(*held, read.share);
  const bool whole_log = read.rule == HeldRule::kLeaveOneOut || read.rule == HeldRule::kUsers;
  // Under a split by time the log ends, for the model, where the held-out part begins. An event of the future, by a
  // wrong clock, ends no log.
  if (const auto end = whole_number_in(*data, whole_log ? "last_time" : "learned_until")) {
    read.log_end = std::min(read.log_end, *end);
  }
  if (!whole_log) return read;
  if (const auto events = whole_number_in(*data, "events"); events && *events > 0) {
    read.events = static_cast<std::size_t>(*events);
  } else {
    read.rule.reset();
  }
  return read;
}

std::vector<Case> unknown_cases(const HeldBack& held, const LogSequences& sequences, std::span<const Case> cases) {
  const double share = held.rule == HeldRule::kLeaveOneOut ? 1 : held.rule == HeldRule::kUsers ? held.share : 0;
  const bool by_rule = share > 0 && is_log_of(held, sequences);
  std::vector<Case> unknown;
  for (const auto& asked : cases) {
    const auto learned = count_until(held.log_end, sequences.times_of(asked.user));
    const bool newer = asked.position >= learned;
    const bool held_back = by_rule && learned >= dataset::kFewestToHold && asked.position + 2 >= learned &&
                           (share >= 1 || dataset::user_place(sequences.users[asked.user]) < share);
    if (newer || held_back) unknown.push_back(asked);
  }
  return unknown;
}

}  // namespace sasrec::retraining
