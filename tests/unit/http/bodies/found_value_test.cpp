#include "http/bodies/found_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <boost/json/parse.hpp>

#include "base/encoding.hpp"
#include "http/bodies/recommendation_body.hpp"

namespace sasrec::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;

TEST(FoundValue, NamesAnyValueInAFewWords) {
  const auto found = [](const std::string& json) {
    return found_value(boost::json::parse(json));
  };
  EXPECT_EQ(found("null"), "null");
  EXPECT_EQ(found("false"), "false");
  EXPECT_EQ(found("0.25"), "0.25");
  EXPECT_EQ(found(R"("a\"b")"), R"("a\"b")");
  EXPECT_EQ(found("[1]"), "an array of 1 element");
  EXPECT_EQ(found("[]"), "an array of 0 elements");
  EXPECT_EQ(found(R"({"a":1})"), "an object");
}

TEST(FoundValue, CutsALongTextBetweenCharacters) {
  std::string text = "x";
  for (int i = 0; i < 100; ++i) text += "\xc3\xa9";
  const auto found = found_text(text);
  EXPECT_TRUE(base::is_utf8(found));
  EXPECT_THAT(found, SizeIs(39 + 2 + 3));
  EXPECT_THAT(found, EndsWith("\"..."));
}

TEST(FoundValue, MessagesSayWhatWasFoundAndWhatIsAllowed) {
  const auto detail = [](std::string_view body) {
    const auto decoded = decode_recommendation(body);
    return decoded ? std::string() : decoded.error().detail;
  };
  EXPECT_EQ(detail(R"({"user":"u","k":0})"), "/k must be a whole number from 1 to 1000, not 0");
  EXPECT_EQ(detail(R"({"user":"u","seen":"no"})"), R"(/seen must be "exclude" or "include", not "no")");
  EXPECT_EQ(detail(R"({"user":"u","explain":1})"), "/explain must be true or false, not 1");
  EXPECT_EQ(detail(R"({"user":"u","filter":[]})"), "/filter must be an object, not an array of 0 elements");
  EXPECT_EQ(detail("[]"), "the body must be an object, not an array of 0 elements");
  EXPECT_THAT(detail(R"({"history":["a",null]})"), HasSubstr("/history/1 must be"));
  EXPECT_THAT(detail(R"({"history":["a",null]})"), EndsWith(", not null"));
}

TEST(FoundValue, AFieldIsNamedOnceAmongThoseAllowed) {
  const auto decoded = decode_recommendation(R"({"user":"u","foo":1})");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().errors.front().detail,
            "is not known: allowed are user, history, k, exclude, filter, seen, explain");
}

}  // namespace
}  // namespace sasrec::http
