#pragma once

#include <string>
#include <string_view>

namespace sasrec::base {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

/// `text` itself if it is UTF-8, else each byte taken as a Latin-1 character. Control characters become spaces, so that
/// printing the result can't drive a terminal.
std::string to_printable_utf8(std::string_view text);

/// For messages: printable, in double quotes, and cut to some forty bytes with "…" where it is longer.
std::string shown_value(std::string_view value);

}  // namespace sasrec::base
