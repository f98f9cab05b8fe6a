#include "dataset/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/dataset/text_file.hpp"

namespace sasrec::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CatalogueImport imported(std::string_view content, const std::string& name = "items.txt") {
  const TextFile file(content, name);
  auto import = import_catalogue(file.path());
  EXPECT_TRUE(import) << import.error().message;
  return import ? std::move(*import) : CatalogueImport{};
}

TEST(ImportCatalogue, ReadsMovieLensDatInLatin1) {
  const auto import = imported("73::Mis\xE9rables, Les (1995)::Drama|Musical\n1::Toy Story (1995)::Animation\n");
  EXPECT_EQ(import.report.format, "movielens-dat");
  EXPECT_EQ(import.catalogue.title("73"), "Misérables, Les (1995)");
  EXPECT_THAT(import.catalogue.find("73")->categories, ElementsAre("Drama", "Musical"));
}

TEST(ImportCatalogue, ReadsMovieLensCsv) {
  const auto import = imported(
      "movieId,title,genres\r\n11,\"American President, The (1995)\",Comedy|Drama\r\n40,Amélie,(no genres listed)\r\n");
  EXPECT_EQ(import.catalogue.title("11"), "American President, The (1995)");
  EXPECT_EQ(import.catalogue.title("40"), "Amélie");
  EXPECT_THAT(import.catalogue.find("40")->categories, IsEmpty());
}

TEST(ImportCatalogue, ReadsJsonLines) {
  const auto import =
      imported("{\"id\":5,\"name\":\"Lamp\",\"categories\":[\"Home\",\"Light\"]}\n{\"id\":\"x\",\"name\":1984}\n");
  EXPECT_THAT(import.catalogue.find("5")->categories, ElementsAre("Home", "Light"));
  EXPECT_EQ(import.catalogue.title("x"), "1984");
}

TEST(ImportCatalogue, TheLastEntryOfAnIdWins) {
  const auto import = imported("item\ttitle\na\told\na\tnew\n");
  EXPECT_EQ(import.catalogue.size(), 1U);
  EXPECT_EQ(import.catalogue.title("a"), "new");
}

TEST(ImportCatalogue, UnknownItemsHaveNoTitle) {
  const auto import = imported("item,title\na,b\n");
  EXPECT_EQ(import.catalogue.find("z"), nullptr);
  EXPECT_EQ(import.catalogue.title("z"), "");
}

TEST(ImportCatalogue, TitlesCannotDriveATerminal) {
  const auto import = imported("item,title\na,\"two\nlines \x1B[2J\"\n");
  EXPECT_EQ(import.catalogue.title("a"), "two lines  [2J");
}

TEST(ImportCatalogue, CountsWrongRows) {
  const auto import = imported("item,title\na,b\n,c\nd\n");
  EXPECT_EQ(import.report.rejected, 2U);
  EXPECT_EQ(import.catalogue.size(), 1U);
}

TEST(ImportCatalogue, RefusesAFileWithoutTitles) {
  const TextFile csv("item,price\na,1\n", "items.csv");
  const auto missing = import_catalogue(csv.path());
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("there is no title column; the columns are \"item\", \"price\""));
  const TextFile pairs("1 2\n");
  const auto unknown = import_catalogue(pairs.path());
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("the format is not known"));
}

}  // namespace
}  // namespace sasrec::dataset
