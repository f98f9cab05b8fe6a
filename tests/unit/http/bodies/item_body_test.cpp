#include "http/bodies/item_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/bodies/interaction_body.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "unit/http/bodies/problems.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ItemBody, ReadsAllFields) {
  const auto decoded = decode_items(
      R"({"items":[{"id":"i1","title":"Blue","categories":["a","b"],"attributes":{"price":0.25,"n":{"x":[1,null]}},"available":false},
          {"id":"i2"}]})");
  ASSERT_TRUE(decoded);
  ASSERT_THAT(*decoded, SizeIs(2));
  EXPECT_EQ(decoded->at(0).title, "Blue");
  EXPECT_THAT(decoded->at(0).categories, ElementsAre("a", "b"));
  EXPECT_EQ(decoded->at(0).attributes, R"({"price":0.25,"n":{"x":[1,null]}})");
  EXPECT_FALSE(decoded->at(0).available);
  EXPECT_EQ(decoded->at(1).title, "");
  EXPECT_THAT(decoded->at(1).categories, IsEmpty());
  EXPECT_EQ(decoded->at(1).attributes, "{}");
  EXPECT_TRUE(decoded->at(1).available);
}

TEST(ItemBody, NamesWhatIsWrong) {
  EXPECT_THAT(pointers(problem_of_items(
                  R"({"items":[{"title":"","categories":"x","attributes":[],"available":1},{"id":"a","colour":2}]})")),
              ElementsAre("/items/0/id", "/items/0/title", "/items/0/categories", "/items/0/attributes",
                          "/items/0/available", "/items/1/colour"));
}

TEST(ItemBody, RefusesAttributesThatTheDatabaseCannotHold) {
  for (const std::string attributes : {R"({"a":"\u0000"})", R"({"\u0000":1})", R"({"a":[{"b":"x\u0000"}]})"}) {
    EXPECT_THAT(pointers(problem_of_items(R"({"items":[{"id":"i","attributes":)" + attributes + "}]}")),
                ElementsAre("/items/0/attributes"))
        << attributes;
  }
  const std::string large = R"({"items":[{"id":"i","attributes":{"a":")" + std::string(16UL * 1024, 'x') + "\"}}]}";
  EXPECT_THAT(problem_of_items(large).detail, HasSubstr("16384"));
}

}  // namespace
}  // namespace sasrec::http
