#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace sasrec::base {

// How times of interactions are read, the same in HTTP bodies, Kafka records and files.

/// The forms that parse_moment and moment_of accept, for error messages.
inline constexpr std::string_view kMomentForms =
    "RFC 3339 such as 2026-11-22T15:30:00Z (without a zone it is UTC), a date, or Unix seconds, milli-, micro- or "
    "nanoseconds";

/// Converts a number of units since 1970 to a moment. The magnitude decides the unit: below 10^11 seconds (until the
/// year 5138), below 10^14 milliseconds (from March 1973), below 10^17 microseconds, otherwise nanoseconds. Days since
/// 1970 can't be distinguished from seconds: they become moments of January 1970.
Time moment_of(std::int64_t number);
/// The same for a number with a fraction, rounded to microseconds. Empty if it is not finite or exceeds 64 bits.
std::optional<Time> moment_of(double number);

/// Parses what parse_time accepts, or a whole or decimal number by the rule of moment_of. Empty if `text` is neither.
std::optional<Time> parse_moment(std::string_view text);

inline constexpr Time kFirstMoment = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
inline constexpr Time kEndOfMoments = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);  ///< exclusive
inline constexpr std::chrono::hours kMaxAhead{1};  ///< clocks differ; a time further in the future is wrong

/// Explains why `time` can't be the time of an interaction; empty if it can. It must be in the years 1970 to 2199 and
/// at most kMaxAhead later than `now`, the current time of this machine.
std::string moment_problem(Time time, Time now);

}  // namespace sasrec::base
