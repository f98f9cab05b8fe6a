#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sasrec::base {

/// A moment in UTC, with the resolution of the database and the bus.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// A source of the current time: now(), or a test's own.
using Clock = std::function<Time()>;

Time now();

/// Formats a time as "2026-11-22T15:30:00.123456Z". The fraction has three or six digits and is left out if it is zero.
/// `time` must be in the years 0 to 9999.
std::string format_time(Time time);

/// Parses YYYY-MM-DD, optionally followed by a T or a space and HH:MM:SS with a fraction and an offset (RFC 3339). A
/// time without an offset, or with " UTC", is UTC. Digits beyond microseconds are dropped. Empty if `text` has another
/// form.
std::optional<Time> parse_time(std::string_view text);

}  // namespace sasrec::base
