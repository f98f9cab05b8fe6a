#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/moment.hpp"

namespace sasrec::base {

/// What id_text takes, for messages.
inline constexpr std::string_view kIdForms =
    "a string of 1 to 256 bytes, or a whole number of at most 64 bits written without point or exponent";

/// An id in JSON as its text: that of a string, or the digits of a whole number (42 is "42", exact up to 64 bits). None
/// for anything else, 1e3 and 1.5 among it: which text is meant there nobody knows. Whether the text is right for an id
/// says id_problem.
std::optional<std::string> id_text(const boost::json::value& value);

/// A moment in JSON: a string as parse_moment reads it, or a number as moment_of does. None if it is neither.
std::optional<Time> moment_in(const boost::json::value& value);

}  // namespace sasrec::base
