#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ModelRoutes : public DataFixture {};

TEST_F(ModelRoutes, ANamedVersionAnswersAtOnce) {
  add_items();
  bus::RequestRecord asked;
  recommend_with = [&](std::string_view version, const bus::RequestRecord& request) -> base::Result<bus::ResultRecord> {
    if (version != "v1") return base::fail(base::ErrorCode::kNotFound, "there is no version {}", version);
    asked = request;
    return bus::ResultRecord{.model = "v1",
                             .source = "model",
                             .items = {{"i1", 0.5F}},
                             .unknown_items = 1,
                             .explanation = {{{"i2"}, {1}, {{0.25F}}}}};
  };
  start();
  const std::string path = "/v1/models/v1/recommendations";
  const auto answer = post(path, R"({"history":["i2","x"],"k":3,"explain":true})");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(
      answer.body,
      StartsWith(R"({"model":"v1","source":"model","items":[{"item":"i1","score":0.5,"title":"The Blue Planet"}],)"
                 R"("unknown_items":1,"explanation":{"history":[{"item":"i2",)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("effects":[[0.25]])"));
  EXPECT_THAT(asked.history, ElementsAre("i2", "x"));
  EXPECT_EQ(asked.k, 3U);

  for (const auto* item : {"i3", "i4"}) {
    ASSERT_TRUE(interactions.add_now(
        std::vector{bus::Interaction{.id = item, .user = "u1", .item = item, .time = base::now(), .kind = "view"}}));
  }
  EXPECT_EQ(post(path, R"({"user":"u1"})").status, 200U);
  EXPECT_THAT(asked.history, ElementsAre("i3", "i4")) << "the stored history, oldest first";
  EXPECT_EQ(post("/v1/models/v2/recommendations", R"({"user":"u1"})").status, 404U);
  EXPECT_EQ(post(path, R"({"k":1})").status, 422U);
  interactions.outage().fail();
  EXPECT_EQ(post(path, R"({"user":"u1"})").status, 503U);
}

}  // namespace
}  // namespace sasrec::http
