#include "http/query.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sasrec::http {
namespace {

TEST(Query, DecodesAndDefaults) {
  QueryReader query("query=a%20b+c&limit=7&");
  EXPECT_EQ(query.text("query", 10), "a b c");
  EXPECT_EQ(query.number("limit", 1, 10, 3), 7U);
  EXPECT_EQ(query.number("k", 1, 10, 3), 3U);
  EXPECT_FALSE(query.problem());
}

TEST(Query, NamesTheParameterThatIsWrong) {
  for (const auto* wrong :
       {"limit=0", "limit=11", "limit=x", "limit=", "limit=%2B1", "limit=1&limit=2", "limit=%zz", "limit=%ff"}) {
    QueryReader query(wrong);
    query.number("limit", 1, 10, 3);
    const auto problem = query.problem();
    ASSERT_TRUE(problem) << wrong;
    EXPECT_EQ(problem->status, 422U);
    ASSERT_EQ(problem->errors.size(), 1U) << wrong;
    EXPECT_EQ(problem->errors.front().where, "limit");
    EXPECT_EQ(problem->errors.front().in, FieldError::In::kParameter);
  }
  QueryReader unknown("limt=3");
  unknown.number("limit", 1, 10, 3);
  EXPECT_EQ(unknown.problem()->errors.front().where, "limt");
  QueryReader control("query=%07");
  control.text("query", 10);
  EXPECT_EQ(control.problem()->errors.front().where, "query");
}

TEST(Query, PercentDecodesUtf8Only) {
  EXPECT_EQ(percent_decoded("a%2Fb%20%C3%A4+"), "a/b ä+");
  EXPECT_EQ(percent_decoded("%c3"), std::nullopt);
  EXPECT_EQ(percent_decoded("%4"), std::nullopt);
  EXPECT_EQ(percent_decoded("%-4"), std::nullopt);
}

}  // namespace
}  // namespace sasrec::http
