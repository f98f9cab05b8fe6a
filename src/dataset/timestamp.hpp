#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sasrec::dataset {

/// The forms of time that logs come with, for messages.
inline constexpr std::string_view kTimeForms = "Unix seconds or milliseconds, or YYYY-MM-DD[ HH:MM:SS[.fff][Z|+HH:MM]]";

/// Unix seconds (UTC) of a written time; fractions of a second are cut off. None if it isn't one.
///   a number    whole or decimal: seconds, or milli-, micro- or nanoseconds if its size says so (10^11 seconds are the
///               year 5138, 10^11 milliseconds were 1973)
///   a date      as base::parse_time reads it
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace sasrec::dataset
