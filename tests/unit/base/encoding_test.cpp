#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sasrec::base {
namespace {

TEST(IsUtf8, FollowsRfc3629) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Amélie, Мир, 千, 🎬"));
  for (const char* wrong : {"\x80", "\xE9t\xE9", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_FALSE(is_utf8(wrong)) << testing::PrintToString(std::string(wrong));
  }
}

TEST(ToPrintableUtf8, KeepsUtf8AndConvertsLatin1) {
  EXPECT_EQ(to_printable_utf8("Amélie"), "Amélie");
  EXPECT_EQ(to_printable_utf8("Mis\xE9rables, Les"), "Misérables, Les");
  EXPECT_EQ(to_printable_utf8("\xFF\xC0"), "ÿÀ");
}

TEST(ToPrintableUtf8, TakesAwayControlCharacters) {
  EXPECT_EQ(to_printable_utf8("a\x1B[2Jb\nc\x7F"), "a [2Jb c ");
  EXPECT_EQ(to_printable_utf8("a\xC2\x9B"
                              "2J"),
            "a 2J");  // U+009B, a terminal's control sequence introducer
  EXPECT_EQ(to_printable_utf8("\xE9\x9B\xE9 "), "é é ");
}

TEST(ShownValue, CutsLongValuesAtACharacter) {
  EXPECT_EQ(shown_value("abc"), "\"abc\"");
  EXPECT_EQ(shown_value(std::string(40, 'x')), '"' + std::string(40, 'x') + '"');
  EXPECT_EQ(shown_value(std::string(41, 'x')), '"' + std::string(40, 'x') + "…\"");
  const auto cut = shown_value(std::string(39, 'x') + "ééé");
  EXPECT_EQ(cut, '"' + std::string(39, 'x') + "…\"");
  EXPECT_EQ(shown_value(std::string(1000, '\x90')), '"' + std::string(36, ' ') + "…\"");
}

}  // namespace
}  // namespace sasrec::base
