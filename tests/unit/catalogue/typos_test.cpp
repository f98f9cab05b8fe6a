#include "catalogue/typos.hpp"

#include <gtest/gtest.h>

#include "catalogue/fold_words.hpp"

namespace sasrec::catalogue {
namespace {

std::optional<std::size_t> typos(std::string_view query, std::string_view title) {
  return typos_between(fold_words(query), fold_words(title));
}

TEST(Typos, AreCountedOverAllWords) {
  EXPECT_EQ(typos("matrix", "The Matrix"), 0U);
  EXPECT_EQ(typos("matrx", "The Matrix"), 1U) << "one is missing";
  EXPECT_EQ(typos("matrixx", "The Matrix"), 1U) << "one too many";
  EXPECT_EQ(typos("metrix", "The Matrix"), 1U) << "one is wrong";
  EXPECT_EQ(typos("martix", "The Matrix"), 1U) << "two in the wrong order";
  EXPECT_EQ(typos("star wrs empre", "Star Wars: Empire"), std::nullopt) << "three letters may have none";
  EXPECT_EQ(typos("stra warz", "Star Wars"), 2U);
}

TEST(Typos, LongWordsMayHaveTwo) {
  EXPECT_EQ(typos("terminaotrs", "Terminator 2"), 2U);
  EXPECT_EQ(typos("termnatr", "Terminator 2"), 2U);
  EXPECT_EQ(typos("trmntr", "Terminator 2"), std::nullopt);
  EXPECT_EQ(typos("tarmeneter", "Terminator"), std::nullopt);
}

TEST(Typos, TheFirstLetterIsRight) {
  EXPECT_EQ(typos("natrix", "Matrix"), std::nullopt);
  EXPECT_EQ(typos("", "Matrix"), std::nullopt);
  EXPECT_EQ(typos("matrix", ""), std::nullopt);
}

TEST(Typos, LettersOfSeveralBytesAreOne) {
  EXPECT_EQ(typos("сталкр", "Сталкер"), 1U);
  EXPECT_EQ(typos("сатлкер", "Сталкер"), 1U);
}

}  // namespace
}  // namespace sasrec::catalogue
