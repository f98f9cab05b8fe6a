#include "dataset/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/temporary_folder.hpp"

namespace sasrec::dataset {
namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr std::array<std::string_view, 1> kUserNames{"user"};
constexpr std::array<std::string_view, 1> kTitleNames{"title"};

class TableTest : public testing::Test {
 protected:
  base::Result<Table> open(std::string_view text, const ImportOptions& options = {}) {
    const auto path = folder_.path() / "data.csv";
    std::ofstream(path) << text;
    return Table::open(path,
                       {.columns = {{.label = "user", .kind = ValueKind::kId, .usual_names = kUserNames},
                                    {.label = "title", .need = Need::kOptional, .usual_names = kTitleNames}}},
                       options);
  }

  test::TemporaryFolder folder_;
};

TEST_F(TableTest, GivesTheRowsWithAllRequiredValues) {
  auto table = open("{\"user\": \"a\"}\n{\"title\": \"t\"}\n{\"user\": \"b\", \"title\": \"t\"}\n");
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_TRUE(table->next().value());
  EXPECT_THAT(table->values()[0], Optional(std::string_view("a")));
  EXPECT_EQ(table->values()[1], std::nullopt);
  ASSERT_TRUE(table->next().value());
  EXPECT_THAT(table->values()[0], Optional(std::string_view("b")));
  EXPECT_FALSE(table->next().value());
  const auto report = table->finish();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->format, "jsonl");
  EXPECT_EQ(report->rows, 3U);
  EXPECT_EQ(report->rejected, 1U);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->problems[0].line, 2U);
  EXPECT_EQ(report->problems[0].reason, "has no user");
}

TEST_F(TableTest, KeepsNoMoreReasonsThanAskedForButCountsAll) {
  auto table = open("User,Title\na,1\nb,2\nc,3\n", {.max_shown_problems = 1});
  ASSERT_TRUE(table) << table.error().message;
  for (int row = 0; row < 2; ++row) {
    ASSERT_TRUE(table->next().value());
    ASSERT_TRUE(table->reject(table->value_problem(1, "is odd")));
  }
  ASSERT_TRUE(table->next().value());
  const auto report = table->finish();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->rejected, 2U);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->problems[0].reason, R"(Title "1" is odd)") << "by the name that the file gives the column";
}

TEST_F(TableTest, UnderStrictTheFirstWrongRowEndsIt) {
  auto table = open("user,title\na,1\nb\n", {.strict = true});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_TRUE(table->next().value());
  const auto next = table->next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, base::ErrorCode::kInvalidInput);
  EXPECT_THAT(next.error().message, HasSubstr("data.csv: line 3: has 1 field, expected are 2"));
}

TEST_F(TableTest, RefusesAFileWithoutUsableRows) {
  auto empty = open("user,title\n");
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_FALSE(empty->next().value());
  EXPECT_THAT(empty->finish().error().message, HasSubstr("has a header but no rows"));
  EXPECT_THAT(open("name,title\nx,y\n").error().message, HasSubstr("there is no user column"));
}

}  // namespace
}  // namespace sasrec::dataset
