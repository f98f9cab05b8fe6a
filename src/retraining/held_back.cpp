#include "retraining/held_back.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "dataset/held_users.hpp"

namespace sasrec::retraining {
namespace {

using dataset::Case;
using dataset::LogSequences;

/// A log that differs by more than one interaction in this many is not the version's log.
constexpr std::size_t kOneIn = 100;

constexpr std::string_view kLeaveOneOut = "leave-one-out";
constexpr std::string_view kUsers = "users";
constexpr std::string_view kTimeSplit = "time-split";

/// None: a rule that this release doesn't know, or places by another hash.
std::optional<HeldRule> rule_of(const checkpoint::HeldRecord& held) {
  if (held.rule == kLeaveOneOut) return HeldRule::kLeaveOneOut;
  if (held.rule == kTimeSplit) return HeldRule::kTimeSplit;
  if (held.rule == kUsers && held.share && held.hash == dataset::kUserPlaceVersion) return HeldRule::kUsers;
  return std::nullopt;
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

checkpoint::HeldRecord held_by_protocol(dataset::Protocol protocol) {
  return {.rule = std::string(protocol == dataset::Protocol::kLeaveOneOut ? kLeaveOneOut : kTimeSplit),
          .share = {},
          .hash = {}};
}

checkpoint::HeldRecord held_by_users(double share) {
  return {.rule = std::string(kUsers), .share = share, .hash = dataset::kUserPlaceVersion};
}

HeldBack held_back_of(const checkpoint::Metrics& metrics, base::Time created) {
  HeldBack read;
  read.log_end = std::chrono::floor<std::chrono::seconds>(created).time_since_epoch().count();
  if (!metrics.data) return read;
  const auto& data = *metrics.data;
  if (data.held) read.rule = rule_of(*data.held);
  if (read.rule == HeldRule::kUsers) read.share = *data.held->share;
  const bool whole_log = read.rule == HeldRule::kLeaveOneOut || read.rule == HeldRule::kUsers;
  // Under a split by time the log ends, for the model, where the held-out part begins. An event of the future, by a
  // wrong clock, ends no log.
  if (const auto end = whole_log ? data.last_time : data.learned_until) read.log_end = std::min(read.log_end, *end);
  if (!whole_log) return read;
  if (data.events.value_or(0) > 0) {
    read.events = static_cast<std::size_t>(*data.events);
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
    const bool held_back = by_rule && learned >= dataset::kMinToHold && asked.position + 2 >= learned &&
                           (share >= 1 || dataset::user_place(sequences.users[asked.user]) < share);
    if (newer || held_back) unknown.push_back(asked);
  }
  return unknown;
}

}  // namespace sasrec::retraining
