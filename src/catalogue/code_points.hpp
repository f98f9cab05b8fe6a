#pragma once

#include <optional>
#include <string_view>

namespace sasrec::catalogue {

/// Removes the first code point of UTF-8 text and returns it. If the text does not begin with well-formed UTF-8,
/// removes one byte and returns nothing. `text` must not be empty.
std::optional<char32_t> take_code_point(std::string_view& text);

}  // namespace sasrec::catalogue
