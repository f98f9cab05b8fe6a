#include "catalogue/fold_words.hpp"

#include <cstddef>
#include <cstdint>

namespace sasrec::catalogue {
namespace {

constexpr char32_t kSeparator = ' ';
constexpr char32_t kNothing = 0;

// The ASCII letter that a Latin one is without its accent, from the Unicode data's decompositions; '.': none.
constexpr char32_t kLatinFirst = 0xC0;
constexpr std::string_view kLatin =
    "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkklllllll"
    "lllnnnnnn.nnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin.size() == 192);
constexpr char32_t kLatinAdditionalFirst = 0x1E00;
constexpr std::string_view kLatinAdditional =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    "wwwwwwwwwwxxxxyyzzzzzzhtwy.s....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";
static_assert(kLatinAdditional.size() == 256);

/// Takes the character at the beginning of `text` off it; a separator for a byte that begins none.
char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const auto first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  char32_t character = length < 2 ? first : first & (0xFFU >> (length + 1));
  bool whole = length != 0 && length <= text.size();
  for (std::size_t i = 1; whole && i < length; ++i) {
    whole = (byte(i) & 0xC0U) == 0x80;
    character = character << 6U | (byte(i) & 0x3FU);
  }
  text.remove_prefix(whole ? length : 1);
  return whole ? character : kSeparator;
}

void append_utf8(std::string& text, char32_t character) {
  const auto add = [&](char32_t byte) {
    text += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (character < 0x80) return add(character);
  if (character < 0x800) {
    add(0xC0 | character >> 6U);
  } else {
    if (character < 0x10000) {
      add(0xE0 | character >> 12U);
    } else {
      add(0xF0 | character >> 18U);
      add(0x80 | (character >> 12U & 0x3FU));
    }
    add(0x80 | (character >> 6U & 0x3FU));
  }
  add(0x80 | (character & 0x3FU));
}

char32_t fold_ascii(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A' + 'a';
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return c;
  return c == '\'' ? kNothing : kSeparator;
}

char32_t fold_cyrillic(char32_t c) {
  if (c >= 0x410 && c <= 0x42F) c += 0x20;
  if (c >= 0x400 && c <= 0x40F) c += 0x50;
  const bool pairs = (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x4FF);
  if (pairs && c % 2 == 0) return c + 1;
  switch (c) {
    case 0x450:  // ѐ
    case 0x451:  // ё
      return 0x435;
    case 0x453:  // ѓ
      return 0x433;
    case 0x457:  // ї
      return 0x456;
    case 0x45C:  // ќ
      return 0x43A;
    case 0x439:  // й
    case 0x45D:  // ѝ
      return 0x438;
    case 0x45E:  // ў
      return 0x443;
    default:
      return c;
  }
}

/// Letters that stand for two; empty for others.
std::string_view two_letters(char32_t c) {
  switch (c) {
    case 0xC6:
    case 0xE6:
      return "ae";
    case 0x152:
    case 0x153:
      return "oe";
    case 0xDF:
    case 0x1E9E:
      return "ss";
    case 0xDE:
    case 0xFE:
      return "th";
    case 0x132:
    case 0x133:
      return "ij";
    default:
      return {};
  }
}

char32_t letter_or(std::string_view letters, std::size_t place, char32_t otherwise) {
  return letters[place] == '.' ? otherwise : static_cast<unsigned char>(letters[place]);
}

char32_t fold(char32_t c) {
  if (c < 0x80) return fold_ascii(c);
  if (c < kLatinFirst || c == 0xD7 || c == 0xF7) return kSeparator;  // ¡ to ¿, × and ÷
  if (c < kLatinFirst + kLatin.size()) return letter_or(kLatin, c - kLatinFirst, c);
  if (c >= 0x300 && c <= 0x36F) return kNothing;  // accents that stand alone
  if (c >= 0x400 && c <= 0x4FF) return fold_cyrillic(c);
  if (c >= kLatinAdditionalFirst && c < kLatinAdditionalFirst + kLatinAdditional.size()) {
    return letter_or(kLatinAdditional, c - kLatinAdditionalFirst, c);
  }
  if (c == 0x2019) return kNothing;  // ’
  if ((c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x303F)) return kSeparator;
  return c;
}

}  // namespace

std::string fold_words(std::string_view text) {
  std::string folded;
  folded.reserve(text.size() + 1);
  bool within = false;  // a word
  while (!text.empty()) {
    const auto character = take_character(text);
    const auto two = two_letters(character);
    const auto one = two.empty() ? fold(character) : kNothing;
    if (one == kSeparator) {
      within = false;
    } else if (one != kNothing || !two.empty()) {
      if (!within) folded += ' ';
      within = true;
      folded += two;
      if (one != kNothing) append_utf8(folded, one);
    }
  }
  return folded;
}

}  // namespace sasrec::catalogue
