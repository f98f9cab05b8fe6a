// Training runs, on real sockets with fakes behind the server.

#include <gmock/gmock.h>

#include <string>

#include <boost/json/parse.hpp>

#include "base/sha256.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using retraining::RunState;
using testing::HasSubstr;
using testing::Not;

class TrainingRoutes : public ServerFixture {
 protected:
  boost::json::object json(const HttpResponse& response) { return boost::json::parse(response.body).as_object(); }
};

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
  EXPECT_EQ(ask({.path = "/v1/training-runs", .headers = key}).status, 403U);
  EXPECT_EQ(post("/v1/training-runs", "", key).status, 403U);
}

}  // namespace
}  // namespace sasrec::http
