#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "base/sha256.hpp"
#include "support/edit_version.hpp"
#include "support/sample_checkpoint.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ModelRoutes : public DataFixture {
 protected:
  std::string publish(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), checkpoints.path()).filename().string();
  }
  boost::json::object json(const HttpResponse& response) { return boost::json::parse(response.body).as_object(); }
  HttpResponse activate(const std::string& version) { return post("/v1/models/" + version + "/activate", ""); }
};

TEST_F(ModelRoutes, WithoutModelsTheListIsEmpty) {
  start();
  EXPECT_EQ(get("/v1/models").body, R"({"active":null,"models":[]})");
}

TEST_F(ModelRoutes, ModelsAreListedWithStateMetricsAndWhoServesThem) {
  const auto first = publish(1);
  const auto second = publish(2);
  ASSERT_TRUE(checkpoint::Directory(checkpoints.path()).activate(first));
  ASSERT_TRUE(checkpoint::Directory(checkpoints.path()).reject(second, "popularity is better"));
  ASSERT_TRUE(training.say_present(
      {.role = versions::Presence::Role::kWorker, .name = "host:1", .version = first, .since = base::Time{}}));
  start();
  const auto body = json(get("/v1/models"));
  EXPECT_EQ(body.at("active").as_string(), first);
  const auto& rejected = body.at("models").at(0).as_object();
  EXPECT_EQ(rejected.at("version").as_string(), second);
  EXPECT_EQ(rejected.at("state"), "rejected");
  EXPECT_EQ(rejected.at("reason"), "popularity is better");
  EXPECT_FALSE(rejected.contains("served_by"));
  const auto& active = body.at("models").at(1).as_object();
  EXPECT_EQ(active.at("state"), "active");
  EXPECT_EQ(active.at("metrics").at("ndcg@10"), 0.25);
  EXPECT_FALSE(active.contains("reason"));
  EXPECT_EQ(active.at("served_by").at(0).at("worker"), "host:1");
  EXPECT_EQ(active.at("served_by").at(0).at("since"), "1970-01-01T00:00:00Z");
}

TEST_F(ModelRoutes, ModelsAreListedWhileTheDatabaseIsAway) {
  const auto version = publish(1);
  training.outage().fail();
  start();
  const auto response = get("/v1/models");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(json(response).at("active").as_string(), version);
}

TEST_F(ModelRoutes, ActivatingMakesAnOlderVersionCurrent) {
  const auto first = publish(1);
  publish(2);
  start();
  const auto response = activate(first);
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "{\"active\":\"" + first + "\"}");
  EXPECT_EQ(checkpoint::Directory(checkpoints.path()).current().value(), first);
  EXPECT_EQ(bus.published(bus::Topic::kModels).size(), 1U);
}

TEST_F(ModelRoutes, WhatIsNotThereOrBadIsNotActivated) {
  const auto bad = publish(1);
  const auto good = publish(2);
  test::write_file(checkpoints.path() / bad / "vocab.txt", "item-1\n");
  start();
  EXPECT_EQ(activate("20200101T000000Z-000001").status, 404U);
  EXPECT_EQ(activate("..%2F..").status, 404U);
  const auto refused = activate(bad);
  EXPECT_EQ(refused.status, 422U);
  EXPECT_THAT(refused.body, HasSubstr("vocab.txt"));
  EXPECT_THAT(get("/v1/models").body, HasSubstr("quarantined"));
  EXPECT_EQ(checkpoint::Directory(checkpoints.path()).current().value(), good);
}

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

TEST_F(ModelRoutes, TheyNeedTheScopeAdmin) {
  ASSERT_TRUE(keys.add_key(
      {.name = "reader", .hash = base::sha256(std::string_view("secret")), .scopes = {http::Scope::kRead}}));
  start();
  const std::vector<std::string> key{"Authorization: Bearer secret"};
  EXPECT_EQ(ask({.path = "/v1/models", .headers = key}).status, 403U);
  EXPECT_EQ(post("/v1/models/x/activate", "", key).status, 403U);
  EXPECT_EQ(post("/v1/models/x/recommendations", "{}", key).status, 403U);
}

}  // namespace
}  // namespace sasrec::http
