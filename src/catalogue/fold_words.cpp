#include "catalogue/fold_words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <vector>

#include "catalogue/code_points.hpp"

namespace sasrec::catalogue {
namespace {

enum class Kind { kLetter, kNothing, kSeparator };

Kind kind_of_ascii(char32_t c) {
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return Kind::kLetter;
  return c == '\'' ? Kind::kNothing : Kind::kSeparator;
}

bool is_accent(char32_t c) {
  // The blocks of combining diacritical marks. The marks of other scripts are not accents: without its voicing mark the
  // Japanese "ga" is "ka", and without its vowel signs a Hindi word is another word.
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
         (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F);
}

Kind kind_of(char32_t c) {
  if (c < 0x80) return kind_of_ascii(c);
  // ’ and ʼ join, as ' does, and so does the dot of the Catalan "l·l".
  if (is_accent(c) || c == 0x2019 || c == 0x2BC || c == 0xB7) return Kind::kNothing;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CF:  // soft hyphens, joiners, marks of direction: nobody types them into a search
      return Kind::kNothing;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return Kind::kSeparator;
    default:
      return Kind::kLetter;
  }
}

/// What a letter is written as where it cannot be typed, for letters that Unicode does not decompose.
std::u32string_view written_as(char32_t c) {
  switch (c) {
    case U'æ':
      return U"ae";
    case U'œ':
      return U"oe";
    case U'þ':
      return U"th";
    case U'ø':
      return U"o";
    case U'ł':
      return U"l";
    case U'đ':
    case U'ð':
      return U"d";
    case U'ħ':
      return U"h";
    case U'ı':
      return U"i";
    case U'ĸ':
      return U"k";
    case U'ŋ':
      return U"n";
    case U'ŧ':
      return U"t";
    default:
      return {};
  }
}

/// Appends the letters of one word to the folded text, and empties them.
void append_word(std::vector<utf8proc_int32_t>& word, std::string& folded) {
  if (word.empty()) return;
  folded += ' ';
  // What was taken apart and is not an accent becomes whole again, so that texts in either form compare as equal. Only
  // marks compose, and all of them come after the Latin, Greek and Cyrillic letters.
  if (std::ranges::any_of(word, [](auto c) { return c > 0x52F; })) {
    word.resize(static_cast<std::size_t>(utf8proc_normalize_utf32(word.data(), std::ssize(word), UTF8PROC_COMPOSE)));
  }
  for (const auto c : word) {
    if (c < 0x80) {
      folded += static_cast<char>(c);
      continue;
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto count = utf8proc_encode_char(c, bytes.data());
    folded.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(count));
  }
  word.clear();
}

/// The code points of `c` in lower case and taken apart (Unicode's NFKD and case folding).
std::u32string decompose(char32_t c) {
  // The longest decomposition of Unicode has 18 code points.
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary = 0;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
  const auto count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(), std::ssize(parts), options, &boundary);
  if (count < 0) return {U' '};
  return {parts.begin(), parts.begin() + count};
}

}  // namespace

std::string fold_words(std::string_view text) {
  std::string folded;
  folded.reserve(text.size() + 1);
  std::vector<utf8proc_int32_t> word;
  word.reserve(32);
  const auto add = [&](char32_t c) {
    const auto kind = kind_of(c);
    if (kind == Kind::kSeparator) append_word(word, folded);
    if (kind != Kind::kLetter) return;
    const auto letters = written_as(c);
    if (letters.empty()) word.push_back(static_cast<utf8proc_int32_t>(c));
    word.insert(word.end(), letters.begin(), letters.end());
  };
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
      // Most titles are ASCII, and a catalogue may have millions of them: they need no table.
      text.remove_prefix(1);
      add(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
      continue;
    }
    const auto c = take_code_point(text).value_or(U' ');
    if (kind_of(c) != Kind::kLetter) {
      // Before it is taken apart: some marks decompose into a space and an accent.
      add(c);
    } else {
      for (const auto part : decompose(c)) add(part);
    }
  }
  append_word(word, folded);
  return folded;
}

}  // namespace sasrec::catalogue
