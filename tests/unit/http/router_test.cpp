#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/endpoints.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;

Match match(Method method, std::string_view path) {
  return find_endpoint(endpoints(), method, path);
}

TEST(Router, FindsRoutesAndTheirValues) {
  EXPECT_EQ(match(Method::kPost, "/v1/recommendations").route, "/v1/recommendations");
  const auto similar = match(Method::kGet, "/v1/items/a%2Fb%20%C3%A4/similar");
  ASSERT_NE(similar.endpoint, nullptr);
  EXPECT_EQ(similar.route, "/v1/items/{id}/similar");
  EXPECT_THAT(similar.path_values, ElementsAre("a/b ä"));
  EXPECT_EQ(match(Method::kHead, "/healthz").endpoint, match(Method::kGet, "/healthz").endpoint);
}

TEST(Router, WrittenOutRoutesGoFirst) {
  EXPECT_EQ(match(Method::kPost, "/v1/recommendations/batch").route, "/v1/recommendations/batch");
  EXPECT_EQ(match(Method::kGet, "/v1/recommendations/batch").endpoint, nullptr);
  EXPECT_EQ(match(Method::kGet, "/v1/recommendations/x").route, "/v1/recommendations/{id}");
}

TEST(Router, KnowsNoOthers) {
  for (const auto* path : {"", "/v1", "/v1/items/", "/v1/items//similar", "/v1/users/a/b/c", "/healthz/", "/V1/items",
                           "v1/items", "//v1/items"}) {
    EXPECT_EQ(match(Method::kGet, path).route, "") << path;
  }
}

TEST(Router, SaysWhatIsAllowed) {
  EXPECT_EQ(match(Method::kPost, "/v1/items").allow, "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(match(Method::kOther, "/v1/users/u").allow, "DELETE, OPTIONS");
}

TEST(Router, NoticesWhatIsNotPercentEncodedUtf8) {
  EXPECT_FALSE(match(Method::kGet, "/v1/items/%ff").readable);
  EXPECT_FALSE(match(Method::kGet, "/v1/items/%2").readable);
}

}  // namespace
}  // namespace sasrec::http
