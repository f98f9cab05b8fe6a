#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ItemRoutes : public DataFixture {};

TEST_F(ItemRoutes, WhoPutsAnItemFindsIt) {
  start();
  const auto put = ask(
      {"PUT", "/v1/items", R"({"items":[{"id":"n1","title":"New \u00e4","categories":["A"],"attributes":{"x":1}}]})"});
  EXPECT_EQ(put.body, R"({"accepted":1})");
  EXPECT_EQ(get("/v1/items/n1").body,
            R"({"id":"n1","title":"New ä","categories":["A"],"attributes":{"x":1},"available":true})");
  EXPECT_EQ(ask({"PUT", "/v1/items", R"({"items":[{"id":""}]})"}).status, 422U);
}

TEST_F(ItemRoutes, ItemsAreFoundByTitleAndById) {
  add_items();
  start();
  EXPECT_THAT(get("/v1/items?query=blue+pla").body, StartsWith(R"({"items":[{"id":"i1")"));
  EXPECT_EQ(get("/v1/items?query=nothing").body, R"({"items":[]})");
  EXPECT_EQ(get("/v1/items/a%2Fb%20%C3%A4").status, 200U);
  EXPECT_EQ(get("/v1/items/unknown").status, 404U);
  EXPECT_EQ(get("/v1/items?limit=0").status, 422U);
}

TEST_F(ItemRoutes, SimilarItemsComeWithTheirTitles) {
  add_items();
  std::vector<std::size_t> asked;
  similar = [&](std::string_view item, std::size_t k) -> base::Result<serving::SimilarItems> {
    asked.push_back(k);
    if (item != "i5") return base::fail(base::ErrorCode::kNotFound, "the model doesn't know {}", item);
    if (k > bus::kMaxK) return base::fail(base::ErrorCode::kInvalidInput, "k is {}", k);  // as the engine
    std::vector<base::ScoredId> all{{"i1", 0.5F}, {"x", 0.25F}};
    all.resize(std::min(k, all.size()));
    return serving::SimilarItems{.model = "v1", .items = std::move(all)};
  };
  start();
  EXPECT_EQ(get("/v1/items/i5/similar?k=1").body,
            R"({"item":"i5","model":"v1","items":[{"item":"i1","score":0.5,"title":"The Blue Planet"}]})");
  EXPECT_THAT(asked, ElementsAre(1));
  EXPECT_EQ(
      get("/v1/items/i5/similar").body,
      R"({"item":"i5","model":"v1","items":[{"item":"i1","score":0.5,"title":"The Blue Planet"},{"item":"x","score":0.25}]})");
  EXPECT_EQ(get("/v1/items/i6/similar").status, 404U);
  EXPECT_EQ(get("/v1/items/i5/similar?k=600").status, 200U);
  EXPECT_EQ(get("/v1/items/i5/similar?k=1000").status, 200U);
  EXPECT_EQ(get("/v1/items/i5/similar?k=1001").status, 422U);
}

TEST_F(ItemRoutes, PopularItemsAreAvailableOnes) {
  add_items();
  start();
  post("/v1/interactions",
       R"({"interactions":[{"user":"a","item":"i2"},{"user":"b","item":"i2"},{"user":"a","item":"i1"}]})");
  ASSERT_TRUE(popular.refresh());
  EXPECT_EQ(
      get("/v1/popular?k=5").body,
      R"({"items":[{"item":"i1","score":1,"title":"The Blue Planet"},{"item":"a/b ä","score":0,"title":"Odd"}]})");
}

TEST_F(ItemRoutes, WhatIsPopularIsFilledFromTheCatalogue) {
  items.add({.id = "a", .attributes = "{}", .updated = base::Time(std::chrono::seconds(1))});
  items.add({.id = "b", .attributes = "{}", .available = false, .updated = base::Time(std::chrono::seconds(1))});
  items.add({.id = "c", .attributes = "{}", .updated = base::Time(std::chrono::seconds(1))});
  ASSERT_TRUE(catalogue.refresh());
  start();
  EXPECT_EQ(get("/v1/popular").body, R"({"items":[{"item":"a","score":0},{"item":"c","score":0}]})");
  EXPECT_EQ(get("/v1/popular?k=1").body, R"({"items":[{"item":"a","score":0}]})");
}

TEST_F(ItemRoutes, WithoutAModelSimilarItemsAreAConflictThatSaysWhatToDo) {
  similar = [](std::string_view, std::size_t) -> base::Result<serving::SimilarItems> {
    return base::fail(base::ErrorCode::kUnavailable, "no model");
  };
  serves_model = false;
  start();
  const auto refused = get("/v1/items/i1/similar");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.body, HasSubstr(R"("title":"Conflict")"));
  EXPECT_THAT(refused.body, HasSubstr("POST /v1/training-runs"));
  EXPECT_EQ(get("/v1/items/i1/similar?k=0").status, 422U);
}

TEST_F(ItemRoutes, AWrongValueInThePathIsNamedAsTheRouteDoes) {
  start();
  EXPECT_THAT(get("/v1/users/%00/history").body, HasSubstr(R"("errors":[{"parameter":"id",)"));
  EXPECT_THAT(post("/v1/models/%00/activate", "").body, HasSubstr(R"("errors":[{"parameter":"version",)"));
}

TEST_F(ItemRoutes, CategoriesAreThoseOfTheWholeCatalogue) {
  add_items();
  for (int n = 0; n < 1200; ++n) {
    items.add({.id = fmt::format("n{:04}", n), .title = "x", .categories = {"A"}, .attributes = "{}"});
  }
  items.add({.id = "z1", .title = "x", .categories = {"Rare", "A", "A"}, .attributes = "{}"});
  items.add({.id = "z2", .title = "x", .categories = {"Gone"}, .attributes = "{}", .available = false});
  ASSERT_TRUE(catalogue.refresh());
  start();
  EXPECT_EQ(get("/v1/categories").body,
            R"({"total":3,"categories":[{"category":"A","items":1201},{"category":"Nature","items":1},)"
            R"({"category":"Rare","items":1}]})");
  EXPECT_EQ(get("/v1/categories?limit=1").body, R"({"total":3,"categories":[{"category":"A","items":1201}]})");
  EXPECT_EQ(get("/v1/categories?limit=0").status, 422U);
  EXPECT_EQ(post("/v1/categories", "{}").status, 405U);
}

}  // namespace
}  // namespace sasrec::http
