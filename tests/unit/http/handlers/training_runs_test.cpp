// Models and training runs, on real sockets with fakes behind the server.

#include <gmock/gmock.h>

#include <string>

#include <boost/json/parse.hpp>

#include "base/sha256.hpp"
#include "support/edit_version.hpp"
#include "support/sample_checkpoint.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using retraining::RunState;
using testing::HasSubstr;
using testing::Not;

class TrainingRoutes : public ServerFixture {
 protected:
  std::string publish(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), checkpoints.path()).filename().string();
  }
  boost::json::object json(const HttpResponse& response) { return boost::json::parse(response.body).as_object(); }
  HttpResponse activate(const std::string& version) { return post("/v1/models/" + version + "/activate", ""); }
};

TEST_F(TrainingRoutes, WithoutModelsTheListIsEmpty) {
  start();
  EXPECT_EQ(get("/v1/models").body, R"({"active":null,"models":[]})");
}

TEST_F(TrainingRoutes, ModelsAreListedWithStateMetricsAndWhoServesThem) {
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

TEST_F(TrainingRoutes, ModelsAreListedWhileTheDatabaseIsAway) {
  const auto version = publish(1);
  training.outage().fail();
  start();
  const auto response = get("/v1/models");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(json(response).at("active").as_string(), version);
}

TEST_F(TrainingRoutes, ActivatingMakesAnOlderVersionCurrent) {
  const auto first = publish(1);
  publish(2);
  start();
  const auto response = activate(first);
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "{\"active\":\"" + first + "\"}");
  EXPECT_EQ(checkpoint::Directory(checkpoints.path()).current().value(), first);
  EXPECT_EQ(bus.published(bus::Topic::kModels).size(), 1U);
}

TEST_F(TrainingRoutes, WhatIsNotThereOrBadIsNotActivated) {
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

TEST_F(TrainingRoutes, ARunIsAskedForOnceWhileItWaits) {
  start();
  const auto first = post("/v1/training-runs", "");
  EXPECT_EQ(first.status, 202U);
  EXPECT_EQ(json(first).at("state"), "queued");
  EXPECT_EQ(json(post("/v1/training-runs", "")).at("id"), json(first).at("id"));
  EXPECT_EQ(training.training_runs(10).value().at(0).cause, "request");
}

TEST_F(TrainingRoutes, TheAnswerSaysWhetherATrainerIsThere) {
  start();
  EXPECT_THAT(post("/v1/training-runs", "").body, HasSubstr("no trainer is there"));
  ASSERT_TRUE(training.say_present({.role = versions::Presence::Role::kTrainer, .name = "t", .version = ""}));
  const auto response = post("/v1/training-runs", "");
  EXPECT_THAT(response.body, Not(HasSubstr("note")));
  EXPECT_EQ(json(response).at("trainers"), 1);
}

TEST_F(TrainingRoutes, RunsAreListedNewestFirstWithWhatIsKnown) {
  const auto id = base::Uuid::make();
  training.add({.id = id,
                .state = RunState::kTraining,
                .cause = "interval",
                .created = base::Time{},
                .started = base::Time{std::chrono::seconds(1)},
                .interactions = 100,
                .epoch = 3,
                .epochs = 20,
                .loss = 1.5,
                .ndcg = 0.25,
                .seconds_left = 12});
  ASSERT_TRUE(training.request_run("request"));
  start();
  const auto body = json(get("/v1/training-runs"));
  const auto& runs = body.at("runs").as_array();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].at("state"), "queued");
  EXPECT_FALSE(runs[0].as_object().contains("epoch"));
  const boost::json::object expected{{"id", id.text()},
                                     {"state", "training"},
                                     {"cause", "interval"},
                                     {"created", "1970-01-01T00:00:00Z"},
                                     {"started", "1970-01-01T00:00:01Z"},
                                     {"interactions", 100},
                                     {"epoch", 3},
                                     {"epochs", 20},
                                     {"loss", 1.5},
                                     {"ndcg", 0.25},
                                     {"seconds_left", 12}};
  EXPECT_EQ(runs[1].as_object(), expected) << runs[1];
  EXPECT_EQ(json(get("/v1/training-runs?limit=1")).at("runs").as_array().size(), 1U);
  EXPECT_EQ(get("/v1/training-runs?limit=0").status, 422U);
}

TEST_F(TrainingRoutes, WithoutTheDatabaseRunsAreUnavailable) {
  training.outage().fail();
  start();
  EXPECT_EQ(get("/v1/training-runs").status, 503U);
  EXPECT_EQ(post("/v1/training-runs", "").status, 503U);
}

TEST_F(TrainingRoutes, TheyNeedTheScopeAdmin) {
  ASSERT_TRUE(keys.add_key(
      {.name = "reader", .hash = base::sha256(std::string_view("secret")), .scopes = {http::Scope::kRead}}));
  start();
  const std::vector<std::string> key{"Authorization: Bearer secret"};
  EXPECT_EQ(ask({.path = "/v1/models", .headers = key}).status, 403U);
  EXPECT_EQ(post("/v1/models/x/activate", "", key).status, 403U);
  EXPECT_EQ(ask({.path = "/v1/training-runs", .headers = key}).status, 403U);
  EXPECT_EQ(post("/v1/training-runs", "", key).status, 403U);
}

}  // namespace
}  // namespace sasrec::http
