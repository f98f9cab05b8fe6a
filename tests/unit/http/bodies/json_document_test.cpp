#include "http/bodies/json_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/bodies/interaction_body.hpp"
#include "http/bodies/item_body.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "unit/http/bodies/problems.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;

TEST(JsonDocument, RefusesWhatIsNotOneJsonValueWith400) {
  for (const std::string body :
       {"", "{", "{\"a\":1}x", "{\"a\":01}", "\"\xff\"", "[1,]", "nul", "{\"a\" 1}", "\"\\ud800\""}) {
    const auto parsed = parse_json(body);
    ASSERT_FALSE(parsed) << body;
    EXPECT_EQ(parsed.error().status, 400U) << body;
    EXPECT_THAT(parsed.error().detail, HasSubstr("not valid JSON")) << body;
  }
}

TEST(JsonDocument, RefusesAFieldThatStandsTwiceAnywhere) {
  EXPECT_THAT(parse_json(R"({"a":[{"b":1,"c":2,"b":3}]})").error().detail, HasSubstr("twice"));
  EXPECT_THAT(parse_json(R"({"a":1,"b":2,"\u0061":3})").error().detail, HasSubstr("twice"));
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(JsonDocument, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(kMaxDepth)));
  EXPECT_THAT(parse_json(nested(kMaxDepth + 1)).error().detail, HasSubstr("deep"));
}

}  // namespace
}  // namespace sasrec::http
