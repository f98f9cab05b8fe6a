#include "dataset/columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::dataset {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 3> kUserNames{"user", "userid", "uid"};

Column user_column() {
  return {.label = "user", .kind = ValueKind::kId, .usual_names = kUserNames, .option = "--user-column"};
}

TEST(MatchRank, UsualNamesIgnoreCaseSeparatorsAndATypeAfterAColon) {
  EXPECT_EQ(match_rank(user_column(), "user"), 0U);
  for (const auto* name : {"userId", "USER_ID", " user-id ", "user_id:token"}) {
    EXPECT_EQ(match_rank(user_column(), name), 1U) << name;
  }
  EXPECT_EQ(match_rank(user_column(), "username"), std::nullopt);
  EXPECT_EQ(match_rank(user_column(), ""), std::nullopt);
}

TEST(MatchRank, AGivenNameIgnoresCaseOnly) {
  auto column = user_column();
  column.name = "Buyer_Id";
  EXPECT_EQ(match_rank(column, "Buyer_Id"), 0U);
  EXPECT_EQ(match_rank(column, "buyer_id"), 1U);
  EXPECT_EQ(match_rank(column, "buyerid"), std::nullopt);
  EXPECT_EQ(match_rank(column, "user"), std::nullopt) << "a given name replaces the usual ones";
}

TEST(FindColumns, PrefersTheBetterNameAndThenTheEarlierColumn) {
  const std::vector columns{user_column()};
  const std::vector<std::string_view> names{"uid", "user_id", "userid", "x"};
  const auto found = find_columns(columns, names);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->at(0), 1U);
}

TEST(FindColumns, AnOptionalColumnMayBeMissing) {
  auto column = user_column();
  column.need = Need::kOptional;
  const auto found = find_columns(std::vector{column}, std::vector<std::string_view>{"a"});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->at(0), std::nullopt);
  column.name = "b";  // but not one that was asked for by name
  EXPECT_FALSE(find_columns(std::vector{column}, std::vector<std::string_view>{"a"}));
}

TEST(FindColumns, SaysWhatIsMissingWhatThereIsAndWhichOptionHelps) {
  const std::vector<std::string_view> names{"a", "b"};
  const auto required = find_columns(std::vector{user_column()}, names);
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().code, base::ErrorCode::kInvalidInput);
  EXPECT_EQ(required.error().message,
            R"(there is no user column; the columns are "a", "b"; name it with --user-column NAME)");
  auto named = user_column();
  named.name = "buyer";
  EXPECT_EQ(find_columns(std::vector{named}, names).error().message,
            R"(there is no column "buyer" (for the user); the columns are "a", "b")");
}

TEST(FindColumns, ListsTwentyColumnsAtMost) {
  const std::vector<std::string_view> names(23, "a");
  const auto found = find_columns(std::vector{user_column()}, names);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(R"("a" and 3 more)"));
}

}  // namespace
}  // namespace sasrec::dataset
