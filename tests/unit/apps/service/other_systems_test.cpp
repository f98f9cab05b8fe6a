#include "apps/service/other_systems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sasrec::apps {
namespace {

using testing::HasSubstr;

/// Whether a page of `origin` may read an answer.
bool allows(const OtherSystems& systems, const std::string& origin) {
  http::Response response;
  systems.cross_origin.allow(origin, response);
  for (const auto& [name, value] : response.headers) {
    if (name == "Access-Control-Allow-Origin") return value == origin;
  }
  return false;
}

TEST(OtherSystems, NothingIsConfiguredByDefault) {
  const auto read = OtherSystems::read({});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(allows(*read, "https://shop.example"));
}

TEST(OtherSystems, OriginsThatAreNamedMayCall) {
  ServiceOptions options;
  options.cors_origins = "https://shop.example,https://blog.example";
  const auto read = OtherSystems::read(options);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(allows(*read, "https://blog.example"));
  EXPECT_FALSE(allows(*read, "https://other.example"));
}

TEST(OtherSystems, AWrongMapIsNamedByItsSetting) {
  ServiceOptions interactions;
  interactions.interactions_map = {"user"};
  const auto first = OtherSystems::read(interactions);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, base::ErrorCode::kInvalidInput);
  EXPECT_THAT(first.error().message, HasSubstr("interactions-map"));

  ServiceOptions items;
  items.items_map = {"colour=/c"};
  const auto second = OtherSystems::read(items);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("items-map"));
}

TEST(OtherSystems, AWrongOriginIsNamedByItsSetting) {
  ServiceOptions options;
  options.cors_origins = "shop.example";
  const auto read = OtherSystems::read(options);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("cors-origins"));
}

}  // namespace
}  // namespace sasrec::apps
