#include "catalogue/fold_words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sasrec::catalogue {
namespace {

TEST(FoldWords, CaseAndAccentsOfLatinLettersGo) {
  EXPECT_EQ(fold_words("Amélie"), " amelie");
  EXPECT_EQ(fold_words("ÀÉÎÕÜ ÇÑŠŽ"), " aeiou cnsz");
  EXPECT_EQ(fold_words("Łódź Ŀŀ ſ ŋ Đ Ø"), " lodz ll s n d o");
  EXPECT_EQ(fold_words("Tiếng Việt"), " tieng viet");
  EXPECT_EQ(fold_words("Æsop Œuvre Straße STRAẞE Þór Ĳ"), " aesop oeuvre strasse strasse thor ij");
  EXPECT_EQ(fold_words("Ame\xCC\x81lie"), " amelie");  // e and an accent of its own
}

TEST(FoldWords, CaseAndMarksOfCyrillicLettersGo) {
  EXPECT_EQ(fold_words("Ёлки МОЙ Ѐ"), " елки мои е");
  EXPECT_EQ(fold_words("Ѓоце Ќе Їжак Ў Ѝ"), " гоце ке іжак у и");
  EXPECT_EQ(fold_words("ЂЉЏ Ґ Қ"), " ђљџ ґ қ");
  EXPECT_EQ(fold_words("и\xCC\x86"), " и");
}

TEST(FoldWords, PunctuationSeparatesAndApostrophesJoin) {
  EXPECT_EQ(fold_words("Schindler's List (1993)"), " schindlers list 1993");
  EXPECT_EQ(fold_words("L’Été—à  Köln…"), " lete a koln");
  EXPECT_EQ(fold_words("a×b ¿Qué?"), " a b que");
  EXPECT_EQ(fold_words("七人の侍、一"), " 七人の侍 一");
  EXPECT_EQ(fold_words(""), "");
  EXPECT_EQ(fold_words(" -'- "), "");
}

TEST(FoldWords, CaseAndAccentsOfGreekAndTurkishLettersGo) {
  EXPECT_EQ(fold_words("Ωδή ΟΔΥΣΣΕΎΣ Οδυσσεύς"), " ωδη οδυσσευσ οδυσσευσ");
  EXPECT_EQ(fold_words("İstanbul IĞDIR ığdır"), " istanbul igdir igdir");
}

TEST(FoldWords, CompatibilityFormsAreWhatTheyStandFor) {
  EXPECT_EQ(fold_words("ﬁn ＡＢＣ１ ① ｶﾞ"), " fin abc1 1 ガ");
  EXPECT_EQ(fold_words("½ a…b ´a"), " 1 2 a b a");
}

TEST(FoldWords, MarksOfOtherScriptsAreKept) {
  EXPECT_EQ(fold_words("が か हिन्दी 한국 🎬x"), " が か हिन्दी 한국 🎬x");
  EXPECT_EQ(fold_words("か\xE3\x82\x99"), " が") << "a mark that stands alone is the same text";
  EXPECT_EQ(fold_words("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), " 한") << "as some systems write file names";
}

TEST(FoldWords, CharactersWithoutWidthJoin) {
  EXPECT_EQ(fold_words("ge\xC2\xADteilt п\xCA\xBCять"), " geteilt пять");
  EXPECT_EQ(fold_words("col·lecció Ŀl"), " colleccio ll");
}

TEST(FoldWords, WhatIsNoUtf8Separates) {
  EXPECT_EQ(fold_words("a\xFF"
                       "b\xC3"),
            " a b");
  EXPECT_EQ(fold_words("\xE4\xB8x\xC1\x80y"), " x y");
}

}  // namespace
}  // namespace sasrec::catalogue
