#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sasrec::base {

/// A moment, in UTC, as the database and the bus keep it.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// Where the present time comes from: now(), or what a test says.
using Clock = std::function<Time()>;

Time now();

/// "2026-11-22T15:30:00.123456Z"; a fraction of zero is left out, otherwise three or six digits. Years 0 to 9999.
std::string format_time(Time time);

/// Reads YYYY-MM-DD, then optionally a T or a space and HH:MM:SS with a fraction and an offset (RFC 3339); without an
/// offset, or with " UTC", it is UTC. Digits beyond microseconds are cut off. None if it isn't one.
std::optional<Time> parse_time(std::string_view text);

}  // namespace sasrec::base
