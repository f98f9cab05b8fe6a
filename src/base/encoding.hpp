#pragma once

#include <string>
#include <string_view>

namespace sasrec::base {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

/// Returns `text` if it is UTF-8, otherwise reads each byte as a Latin-1 character. Control characters become spaces,
/// so that printing the result can't control a terminal.
std::string to_printable_utf8(std::string_view text);

/// Quotes a value for an error message: printable, in double quotes, and cut to about forty bytes with "…".
std::string shown_value(std::string_view value);

}  // namespace sasrec::base
