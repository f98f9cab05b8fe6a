#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/row_parser.hpp"

namespace sasrec::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

constexpr std::array<std::string_view, 2> kUserNames{"user", "userid"};
constexpr std::array<std::string_view, 1> kTimeNames{"time"};
constexpr std::array<std::string_view, 1> kGenreNames{"genres"};

class JsonParserTest : public testing::Test {
 protected:
  std::string parse(std::string_view record) { return parser_->parse(record, values_); }

  std::unique_ptr<RowParser> parser_ =
      json_parser({{.label = "user", .kind = ValueKind::kId, .usual_names = kUserNames},
                   {.label = "time", .kind = ValueKind::kTime, .usual_names = kTimeNames},
                   {.label = "genres", .kind = ValueKind::kList, .usual_names = kGenreNames}});
  RowValues values_;
};

TEST_F(JsonParserTest, WritesEachValueAsText) {
  EXPECT_EQ(parse(R"({"time": 1.5, "other": {"x": []}, "user": 42, "genres": ["a", "b c"]})"), "");
  EXPECT_THAT(values_, ElementsAre(Optional(std::string_view("42")), Optional(std::string_view("1.5")),
                                   Optional(std::string_view("a|b c"))));
  EXPECT_EQ(parse(R"({"user": 18446744073709551615, "time": "2020-01-01", "genres": "x"})"), "");
  EXPECT_THAT(values_, ElementsAre(Optional(std::string_view("18446744073709551615")),
                                   Optional(std::string_view("2020-01-01")), Optional(std::string_view("x"))));
}

TEST_F(JsonParserTest, NullAndMissingValuesAreNone) {
  EXPECT_EQ(parse(R"({"user": "u", "time": null})"), "");
  EXPECT_THAT(values_, ElementsAre(Optional(std::string_view("u")), std::nullopt, std::nullopt));
}

TEST_F(JsonParserTest, TakesTheBestNameOfEachRowAnew) {
  EXPECT_EQ(parse(R"({"user_id": "second", "user": "first"})"), "");
  EXPECT_THAT(values_[0], Optional(std::string_view("first")));
  EXPECT_EQ(parse(R"({"user_id": "second"})"), "");
  EXPECT_THAT(values_[0], Optional(std::string_view("second")));
}

TEST_F(JsonParserTest, SaysWhatIsWrongWithARow) {
  EXPECT_THAT(parse("{"), HasSubstr("is not JSON"));
  EXPECT_EQ(parse("[1]"), "is not a JSON object");
  EXPECT_EQ(parse(R"({"user": 1.5})"), R"(user "1.5" is not a string or a whole number)");
  EXPECT_EQ(parse(R"({"user": "u", "time": true})"), R"(time "true" is not a string or a number)");
  EXPECT_EQ(parse(R"({"user": "u", "genres": ["a", 1]})"), R"(genres "[…]" is not a string or an array of strings)");
  EXPECT_EQ(parse(R"({"user": "u"})"), "") << "a wrong row doesn't spoil the next one";
}

TEST_F(JsonParserTest, KeepsTextThatIsNoUtf8) {
  EXPECT_EQ(parse("{\"user\": \"caf\xE9\"}"), "");
  EXPECT_THAT(values_[0], Optional(std::string_view("caf\xE9")));
}

}  // namespace
}  // namespace sasrec::dataset
