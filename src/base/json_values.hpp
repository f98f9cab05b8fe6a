#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/moment.hpp"

namespace sasrec::base {

/// The forms that id_text accepts, for error messages.
inline constexpr std::string_view kIdForms =
    "a string of 1 to 256 bytes, or a whole number of at most 64 bits written without point or exponent";

/// The text of an id in JSON: the string's, or the digits of a whole number (42 is "42", exact up to 64 bits). Empty
/// for any other value, 1e3 and 1.5 included, since their text is ambiguous. It does not check the text: id_problem
/// does.
std::optional<std::string> id_text(const boost::json::value& value);

/// A moment in JSON: a string that parse_moment accepts, or a number for moment_of. Empty for any other value.
std::optional<Time> moment_in(const boost::json::value& value);

}  // namespace sasrec::base
