#include "base/json_values.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace sasrec::base {
namespace {

std::optional<std::string> id(std::string_view json) {
  return id_text(boost::json::parse(json));
}

TEST(IdText, IsTheTextOrTheDigitsOfAWholeNumber) {
  EXPECT_EQ(id(R"("a b")"), "a b");
  EXPECT_EQ(id(R"("")"), "");
  EXPECT_EQ(id("42"), "42");
  EXPECT_EQ(id("-7"), "-7");
  EXPECT_EQ(id("9007199254740993"), "9007199254740993");  // a double would make it …992
  EXPECT_EQ(id("18446744073709551615"), "18446744073709551615");
}

TEST(IdText, NothingElseIsTaken) {
  for (const auto* json : {"1e3", "1.0", "1.5", "18446744073709551616", "true", "null", "[]", "{}"}) {
    EXPECT_EQ(id(json), std::nullopt) << json;
  }
}

TEST(MomentIn, TakesTextsAndNumbers) {
  const auto expected = parse_time("2026-11-22T15:30:00.5Z");
  for (const auto* json : {R"("2026-11-22T15:30:00.5Z")", R"("1795361400.5")", "1795361400.5", "1795361400500",
                           "1795361400500000", R"("1795361400500")"}) {
    EXPECT_EQ(moment_in(boost::json::parse(json)), expected) << json;
  }
  for (const auto* json : {"true", "null", "[]", R"("noon")", "18446744073709551615", "1e300"}) {
    EXPECT_EQ(moment_in(boost::json::parse(json)), std::nullopt) << json;
  }
}

}  // namespace
}  // namespace sasrec::base
