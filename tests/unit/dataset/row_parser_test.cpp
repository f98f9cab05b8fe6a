#include "dataset/row_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <vector>

namespace sasrec::dataset {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(DelimitedParser, PicksTheFieldsOfItsColumns) {
  const auto parser = delimited_parser(',', {2U, std::nullopt, 0U}, 3);
  RowValues values;
  EXPECT_EQ(parser->parse(R"(a,b,"c, d")", values), "");
  EXPECT_THAT(values, ElementsAre(Optional(std::string_view("c, d")), std::nullopt, Optional(std::string_view("a"))));
}

TEST(DelimitedParser, RefusesAnotherNumberOfFieldsAndBrokenQuotes) {
  const auto parser = delimited_parser('\t', {0U}, 2);
  RowValues values;
  EXPECT_EQ(parser->parse("a", values), "has 1 field, expected are 2");
  EXPECT_EQ(parser->parse("a\tb\tc", values), "has 3 fields, expected are 2");
  EXPECT_NE(parser->parse("\"a\tb", values), "");
}

TEST(PositionalParser, ReadsMovieLensAndPairs) {
  const std::vector<Column> columns{
      {.label = "user", .position = 0}, {.label = "item", .position = 1}, {.label = "time", .position = 3}};
  RowValues values;
  const auto movielens = positional_parser(FormatKind::kMovieLensDat, columns, 4);
  EXPECT_EQ(movielens->parse("1::2::5::978300760", values), "");
  EXPECT_THAT(values, ElementsAre(Optional(std::string_view("1")), Optional(std::string_view("2")),
                                  Optional(std::string_view("978300760"))));
  EXPECT_EQ(movielens->parse("1::2::5", values), "has 3 fields, expected are 4");

  const auto pairs = positional_parser(FormatKind::kPairs, columns, 2);
  EXPECT_EQ(pairs->parse(" u\t i ", values), "");
  EXPECT_THAT(values, ElementsAre(Optional(std::string_view("u")), Optional(std::string_view("i")), std::nullopt))
      << "pairs have no time";
}

}  // namespace
}  // namespace sasrec::dataset
