#include "base/encoding.hpp"

#include <cstddef>
#include <cstdint>

namespace sasrec::base {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The length in bytes of the first character of `text`; 0 if UTF-8 does not allow it.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  // A second spelling of a shorter character, which a filter for that character would miss.
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) >= 0xA0;
  const bool beyond_unicode = first == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond_unicode ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_printable_utf8(std::string_view text) {
  const bool latin1 = !is_utf8(text);
  std::string printable;
  printable.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too; in UTF-8 they are C2 80 to C2 9F.
    const bool wide_control =
        latin1 ? byte >= 0x80 && byte < 0xA0 : byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 32 || byte == 127 || wide_control) {
      printable += ' ';
      if (wide_control && !latin1) ++i;
    } else if (latin1 && byte >= 0x80) {
      printable += static_cast<char>(0xC0U | (byte >> 6U));
      printable += static_cast<char>(0x80U | (byte & 0x3FU));
    } else {
      printable += text[i];
    }
  }
  return printable;
}

std::string shown_value(std::string_view value) {
  constexpr std::size_t kShown = 40;
  // Up to four bytes more than shown: enough to see whether a character is cut.
  std::string text = to_printable_utf8(value.substr(0, kShown + 4));
  if (value.size() > kShown) {
    // The cut must be at the beginning of a character: half a character is not UTF-8, and all of the text would be read
    // as Latin-1.
    std::size_t cut = kShown;
    while (cut > kShown - 4 && is_continuation(value[cut])) --cut;
    text = to_printable_utf8(value.substr(0, cut)) + "…";
  }
  return '"' + text + '"';
}

}  // namespace sasrec::base
