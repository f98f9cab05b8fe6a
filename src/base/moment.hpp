#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace sasrec::base {

// The one rule for the times of interactions, whichever way they come in: HTTP bodies, records of Kafka, files.

/// The forms that parse_moment and moment_of read, for messages.
inline constexpr std::string_view kMomentForms =
    "RFC 3339 such as 2026-11-22T15:30:00Z (without a zone it is UTC), a date, or Unix seconds, milli-, micro- or "
    "nanoseconds";

/// A number since 1970 as a moment. Its size tells the unit: below 10^11 seconds (until the year 5138), below 10^14
/// milliseconds (from March 1973 on), below 10^17 microseconds, from there on nanoseconds. Negative numbers likewise.
/// Days since 1970 can't be told from seconds: they become moments of January 1970.
Time moment_of(std::int64_t number);
/// The same; fractions are rounded to microseconds. None if it isn't finite or beyond 64 bits.
std::optional<Time> moment_of(double number);

/// A moment as text: what parse_time reads, or a number, whole or decimal, by the rule of moment_of. None if it is
/// neither.
std::optional<Time> parse_moment(std::string_view text);

inline constexpr Time kFirstMoment = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
inline constexpr Time kEndOfMoments = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);  ///< not itself
inline constexpr std::chrono::hours kMostAhead{1};  ///< clocks differ; a time that is further ahead is wrong

/// What is wrong with `time` as that of an interaction, where the clock here shows `now`; empty if nothing. It has to
/// be in the years 1970 to 2199 and not more than kMostAhead later than `now`.
std::string moment_problem(Time time, Time now);

}  // namespace sasrec::base
