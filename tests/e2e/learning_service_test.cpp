// The service that learns from what it stores: on Kafka with a trainer of its own, and in one process with a child.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include <boost/json/array.hpp>

#include "bus/codec.hpp"
#include "e2e/training_fixture.hpp"
#include "stream/kafka/bus.hpp"
#include "support/kafka_broker.hpp"
#include "support/sample_checkpoint.hpp"

namespace sasrec::test {
namespace {

using retraining::RunState;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

class Learning : public TrainingFixture {
 protected:
  /// How many workers say that they serve `version`.
  static std::size_t serving(const Api& api, const std::string& version) {
    const auto body = parse_object(api.get("/v1/models").body);
    for (const auto& model : body.at("models").as_array()) {
      if (model.at("version").as_string() != version) continue;
      const auto* const workers = model.as_object().if_contains("served_by");
      return workers == nullptr ? 0 : workers->as_array().size();
    }
    return 0;
  }
  static std::string state_of_newest(const Api& api) {
    const auto runs = parse_object(api.get("/v1/training-runs?limit=1").body).at("runs").as_array();
    return runs.empty() ? "none" : std::string(runs[0].at("state").as_string());
  }
};

TEST_F(Learning, OnKafkaNewInteractionsBecomeANewModelWhileRequestsAreAnswered) {
  KafkaBroker broker;
  broker.warm_up_groups();
  const auto role = [&](const std::string& command) {
    std::vector<std::string> arguments{command, "--bus", "kafka://" + broker.bootstrap(), "--database", url()};
    if (command != "writer") arguments.insert(arguments.end(), {"--checkpoints", checkpoints_.string()});
    if (command == "worker") arguments.insert(arguments.end(), {"--workers", "1"});
    if (command == "api") arguments.insert(arguments.end(), {"--deadline", "120"});
    return Role(arguments);
  };
  Role api_role = role("api");
  Role first = role("worker");
  Role second = role("worker");
  Role writer = role("writer");
  for (auto* const started : {&api_role, &first, &second, &writer}) started->start();
  const Api api(api_role.port());
  Asker asker(api_role.port(), 40);

  // Asked for while no trainer is there: it waits, and that is said.
  walk("a");
  const auto asked = api.post("/v1/training-runs", "");
  EXPECT_EQ(asked.status, 202U) << asked.body;
  EXPECT_THAT(asked.body, HasSubstr("no trainer is there"));
  Process trainer(SASREC_TRAINER_PROGRAM, trainer_arguments({"--bus", "kafka://" + broker.bootstrap()}));
  ASSERT_TRUE(eventually(seconds(90), [&] { return state_of_newest(api) == "promoted"; })) << trainer.err();
  const auto version = current();
  EXPECT_TRUE(eventually(seconds(10), [&] { return serving(api, version) == 2; })) << first.log() << second.log();
  const auto answer = parse_object(
      api.post("/v1/recommendations", R"({"history":["item-3","item-4","item-5"],"k":1})", {"Prefer: wait=15"}).body);
  EXPECT_EQ(answer.at("model").as_string(), version);
  EXPECT_THAT(item_ids(answer), testing::ElementsAre("item-6"));

  // What users do changes, through the api; the next model follows it.
  for (int k = 0; k < 20; ++k) {
    std::string body;
    for (int u = 0; u < 120; ++u) {
      body += fmt::format(R"({}{{"user":"b-{}","item":"item-{}","time":{}}})", u == 0 ? "" : ",", u,
                          (u * 7 + k * 7) % kItems + 1, 1'700'100'000 + u * 11 + k * 3600);
    }
    ASSERT_EQ(api.post("/v1/interactions", "{\"interactions\":[" + body + "]}").status, 200U);
  }
  EXPECT_EQ(api.post("/v1/training-runs", "").status, 202U);
  ASSERT_TRUE(eventually(seconds(90), [&] { return current() != version && state_of_newest(api) == "promoted"; }))
      << trainer.err();
  const auto next = current();
  EXPECT_TRUE(eventually(seconds(10), [&] { return serving(api, next) == 2; }));

  // Back again: one request, and both workers serve the older one.
  const auto begun = steady_clock::now();
  EXPECT_EQ(api.post("/v1/models/" + version + "/activate", "").status, 200U);
  EXPECT_TRUE(eventually(seconds(10), [&] { return serving(api, version) == 2; }));
  fmt::print("rolled back in {} ms\n", std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun).count());
  EXPECT_EQ(current(), version);

  // Announcements are hints: of a version that isn't there, of one that isn't the active one, of both in a row.
  stream::KafkaBus bus({.brokers = broker.bootstrap()});
  for (const auto& announced : {std::string("20200101T000000Z-000001"), next}) {
    ASSERT_TRUE(eventually(seconds(10), [&] {
      return bus.publish(bus::encode(bus::ModelAnnouncement{.version = announced}), {}).has_value();
    }));
  }
  ASSERT_TRUE(bus.flush(seconds(10)));
  for (const auto& activated : {next, version, next}) {
    EXPECT_EQ(api.post("/v1/models/" + activated + "/activate", "").status, 200U);
  }
  EXPECT_TRUE(eventually(seconds(10), [&] { return serving(api, next) == 2; }));
  EXPECT_EQ(serving(api, version), 0U);
  EXPECT_THAT(first.log(), Not(HasSubstr("20200101T000000Z")));

  asker.stop();
  expect_nothing_lost(asker, url(), seconds(60));
  trainer.signal(SIGTERM);
  EXPECT_EQ(trainer.wait(seconds(20)), 0) << trainer.err();
  for (auto* const stopped : {&api_role, &first, &second, &writer}) EXPECT_EQ(stopped->stop(), 0) << stopped->log();
}

class UpLearns : public Learning {
 protected:
  Role up(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{
        "up", "--database",    url(), "--checkpoints", checkpoints_.string(), "--retrain-every", "0", "--retrain-after",
        "0",  "--retrain-min", "500"};
    for (const char* setting :
         {"hidden=16", "blocks=1", "batch=16", "epochs=12", "learning_rate=0.01", "warmup_steps=5", "patience=12"}) {
      arguments.insert(arguments.end(), {"--retrain-set", setting});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Role(arguments);
  }
};

TEST_F(UpLearns, TheTrainerIsAChildThatEndsWithItsRun) {
  walk("a");
  auto service = up();
  service.start();
  const Api api(service.port());
  EXPECT_EQ(api.recommend("a-user-1").at("source").as_string(), "popular");
  EXPECT_TRUE(eventually(seconds(10),
                         [&] { return parse_object(api.post("/v1/training-runs", "").body).at("trainers") == 1; }));
  ASSERT_TRUE(eventually(seconds(60), [&] { return state_of_newest(api) == "promoted"; })) << service.log();
  EXPECT_TRUE(eventually(seconds(10), [&] { return serving(api, current()) == 1; }));
  EXPECT_EQ(api.recommend("a-user-1").at("source").as_string(), "model");
  EXPECT_TRUE(eventually(seconds(10), [&] {
    return number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%trainer%'") == 0;
  }));

  // Between trainings: an item that the model has never seen is skipped; a new user's answer follows what they do.
  api.post("/v1/interactions", R"({"interactions":[{"user":"new","item":"unheard-of"}]})");
  EXPECT_EQ(api.recommend("new").at("source").as_string(), "popular");
  // Of several steps, which so short a training is sure about; of one it is not, whatever its random numbers.
  for (int item = 4; item <= 8; ++item) {
    api.post("/v1/interactions", fmt::format(R"({{"interactions":[{{"user":"new","item":"item-{}"}}]}})", item));
  }
  const auto known = api.recommend("new", 1);
  EXPECT_EQ(known.at("source").as_string(), "model");
  EXPECT_THAT(item_ids(known), testing::ElementsAre("item-9"));
  EXPECT_THAT(api.get("/metrics").body, testing::ContainsRegex("sasrec_unknown_items_total [1-9]"));
  EXPECT_EQ(service.stop(), 0) << service.log();
}

TEST_F(UpLearns, AStopEndsTheTrainingAndTheNextStartGoesOn) {
  walk("a");
  const std::vector<std::string> endless{"--retrain-set", "epochs=4000", "--retrain-set", "patience=4000"};
  auto service = up(endless);
  service.start();
  const Api api(service.port());
  EXPECT_EQ(api.post("/v1/training-runs", "").status, 202U);
  ASSERT_TRUE(eventually(seconds(60), [&] { return newest().epoch.value_or(0) >= 2; })) << service.log();
  EXPECT_EQ(service.stop(), 0) << service.log();
  EXPECT_EQ(newest().state, RunState::kTraining);
  service.start();
  EXPECT_TRUE(eventually(seconds(60), [&] { return newest().attempts == 1 && newest().epoch.value_or(0) >= 4; }))
      << service.log();
  // However it ends, its child does.
  service.kill();
  EXPECT_TRUE(eventually(seconds(20), [&] {
    return number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sasrec trainer'") == 0;
  }));
}

TEST_F(UpLearns, WithoutATrainerItServesAndSaysSo) {
  save_sample(sample_model(sample_config(), 5), checkpoints_);
  auto service = up({"--trainer", "none"});
  service.start();
  EXPECT_THAT(service.log(), HasSubstr("there is no training"));
  const Api api(service.port());
  EXPECT_THAT(api.post("/v1/training-runs", "").body, HasSubstr("no trainer is there"));
  EXPECT_EQ(api.recommend("u1").at("source").as_string(), "popular");
  EXPECT_EQ(service.stop(), 0) << service.log();
}

}  // namespace
}  // namespace sasrec::test
