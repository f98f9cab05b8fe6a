// Training runs, models and presence in a real PostgreSQL, and the trainer's reading of it.
#include <future>
#include <thread>

#include "store/snapshot.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using retraining::RunState;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr milliseconds kLease{10'000};
constexpr std::size_t kAttempts = 3;

class StoreTraining : public test::StoreTest {
 protected:
  std::optional<retraining::TrainingRun> take(const std::string& trainer) {
    const auto taken = store_->take_run(trainer, kLease, kAttempts);
    if (!taken) throw std::runtime_error(taken.error().message);
    return *taken;
  }
  /// Makes it look as if its trainer had last been heard of long ago.
  void silence() {
    auto connection = connect();
    execute(connection, "UPDATE training_runs SET heartbeat = now() - interval '1 minute' WHERE finished IS NULL");
  }
  void finish(const base::Uuid& id, const std::string& trainer, RunState state, std::string reason = {}) {
    const auto done = store_->finish_run(id, trainer, {.state = state, .reason = std::move(reason)});
    ASSERT_TRUE(done) << done.error().message;
  }
  retraining::TrainingRun newest() { return store_->training_runs(1).value().at(0); }

  std::string model_states() const {
    auto connection = connect();
    const store::Statement statement{"states",
                                     "SELECT coalesce(string_agg(version || ' ' || state, ', ' ORDER BY version), '') "
                                     "FROM models"};
    return std::string(connection.run(statement, {}, soon()).value().text(0, 0));
  }
};

TEST_F(StoreTraining, OneRunWaitsHoweverOftenItIsAskedFor) {
  const auto first = store_->request_run("request").value();
  EXPECT_EQ(first.state, RunState::kQueued);
  EXPECT_EQ(first.cause, "request");
  EXPECT_EQ(store_->request_run("interval").value().id, first.id);
  ASSERT_TRUE(take("a"));
  const auto second = store_->request_run("interval").value();
  EXPECT_NE(second.id, first.id);
  EXPECT_THAT(store_->training_runs(10).value(), SizeIs(2));
  EXPECT_EQ(store_->training_runs(10).value()[0].id, second.id);
}

TEST_F(StoreTraining, ARunBelongsToTheTrainerThatTookIt) {
  const auto asked = store_->request_run("request").value();
  const auto taken = take("a");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, asked.id);
  EXPECT_EQ(taken->state, RunState::kLoading);
  EXPECT_EQ(taken->attempts, 1U);
  EXPECT_FALSE(take("b"));  // it is being worked on
  ASSERT_TRUE(store_->request_run("request"));
  EXPECT_FALSE(take("b"));  // so is another: one at a time
  EXPECT_EQ(test::code(store_->report_run(asked.id, "b", {})), ErrorCode::kNotFound);
  EXPECT_EQ(test::code(store_->finish_run(asked.id, "b", {})), ErrorCode::kNotFound);
  finish(asked.id, "a", RunState::kPromoted);
  EXPECT_EQ(test::code(store_->report_run(asked.id, "a", {})), ErrorCode::kNotFound);
  EXPECT_TRUE(take("b"));
}

TEST_F(StoreTraining, TrainersThatComeTogetherGetOneRun) {
  ASSERT_TRUE(store_->request_run("request"));
  std::vector<std::future<bool>> takers;
  takers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    takers.push_back(
        std::async(std::launch::async, [&, i] { return take("trainer " + std::to_string(i)).has_value(); }));
  }
  int taken = 0;
  for (auto& taker : takers) taken += taker.get() ? 1 : 0;
  EXPECT_EQ(taken, 1);
}

TEST_F(StoreTraining, ProgressIsKeptAndShown) {
  const auto id = store_->request_run("request").value().id;
  ASSERT_TRUE(take("a"));
  ASSERT_TRUE(store_->report_run(id, "a", {.state = RunState::kLoading, .through_ordinal = 7, .interactions = 5}));
  ASSERT_TRUE(store_->report_run(
      id, "a",
      {.state = RunState::kTraining, .epoch = 3, .epochs = 20, .loss = 1.5, .ndcg = 0.25, .seconds_left = 12}));
  auto run = newest();
  EXPECT_EQ(run.state, RunState::kTraining);
  EXPECT_EQ(run.through_ordinal, 7);
  EXPECT_EQ(run.interactions, 5U);
  EXPECT_EQ(run.epoch, 3U);
  EXPECT_EQ(run.epochs, 20U);
  EXPECT_EQ(run.loss, 1.5);
  EXPECT_EQ(run.ndcg, 0.25);
  EXPECT_EQ(run.seconds_left, 12);
  EXPECT_TRUE(run.started);
  EXPECT_FALSE(run.finished);
  ASSERT_TRUE(store_->report_run(id, "a", {.state = RunState::kSaving, .version = "v"}));
  finish(id, "a", RunState::kRejected, "it is worse\xff");
  run = newest();
  EXPECT_EQ(run.state, RunState::kRejected);
  EXPECT_EQ(run.epoch, 3U);
  EXPECT_FALSE(run.seconds_left);
  EXPECT_EQ(run.version, "v");
  EXPECT_THAT(run.reason, HasSubstr("it is worse"));
  EXPECT_TRUE(run.finished);
}

TEST_F(StoreTraining, ARunWhoseTrainerFellSilentIsTakenUpAgain) {
  const auto id = store_->request_run("request").value().id;
  ASSERT_TRUE(take("a"));
  ASSERT_TRUE(store_->report_run(id, "a", {.state = RunState::kTraining, .through_ordinal = 7, .epoch = 3}));
  EXPECT_FALSE(store_->training_need({.lease = kLease}).value().free);
  silence();
  EXPECT_TRUE(store_->training_need({.lease = kLease}).value().free);
  ASSERT_TRUE(store_->request_run("request"));  // it goes before one that waits
  const auto taken = take("b");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, id);
  EXPECT_EQ(taken->attempts, 2U);
  EXPECT_EQ(taken->through_ordinal, 7);  // so that it can go on with the same data
  EXPECT_FALSE(taken->epoch);
  EXPECT_EQ(test::code(store_->report_run(id, "a", {})), ErrorCode::kNotFound);
  EXPECT_FALSE(take("a"));
}

TEST_F(StoreTraining, ARunThatIsGivenBackIsTakenAtOnceAndCountsAsNotTaken) {
  const auto id = store_->request_run("request").value().id;
  for (std::size_t i = 0; i < kAttempts + 2; ++i) {
    const auto taken = take("a");
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->attempts, 1U);
    ASSERT_TRUE(store_->release_run(id, "a"));
  }
  ASSERT_TRUE(take("b"));
  EXPECT_EQ(test::code(store_->release_run(id, "a")), ErrorCode::kNotFound);
}

TEST_F(StoreTraining, ARunThatEveryTrainerDiesOfIsGivenUp) {
  ASSERT_TRUE(store_->request_run("request"));
  for (std::size_t i = 0; i < kAttempts; ++i) {
    ASSERT_TRUE(take("a"));
    silence();
  }
  EXPECT_FALSE(take("a"));
  EXPECT_EQ(newest().state, RunState::kFailed);
  EXPECT_THAT(newest().reason, HasSubstr("3 trainers"));
  EXPECT_FALSE(store_->training_need({}).value().open);
}

TEST_F(StoreTraining, NeedCountsWhatHasComeSinceTheLastCompletedRun) {
  const auto need = [&](base::Time since = {}) {
    return store_->training_need({.since = since, .most = 1000, .lease = kLease}).value();
  };
  EXPECT_EQ(need().interactions, 0U);
  EXPECT_FALSE(need().last_created);
  ASSERT_TRUE(add({interaction("e1", "u1", "i1"), interaction("e2", "u1", "i2"), interaction("e3", "u2", "i1")}));
  EXPECT_EQ(need().interactions, 3U);
  EXPECT_EQ(need().new_interactions, 3U);
  EXPECT_EQ(need(base::now() + hours(1)).new_interactions, 0U);
  const auto id = store_->request_run("request").value().id;
  EXPECT_TRUE(need().open);
  EXPECT_TRUE(need().free);
  ASSERT_TRUE(take("a"));
  EXPECT_FALSE(need().free);
  ASSERT_TRUE(store_->report_run(
      id, "a", {.through_ordinal = number("SELECT max(ordinal) FROM interactions"), .interactions = 3}));
  EXPECT_EQ(need().new_interactions, 3U);  // until it has ended well
  finish(id, "a", RunState::kFailed);
  EXPECT_TRUE(need().last_failed);
  EXPECT_EQ(need().new_interactions, 3U);
  const auto again = store_->request_run("request").value().id;
  ASSERT_TRUE(take("a"));
  ASSERT_TRUE(store_->report_run(again, "a", {.through_ordinal = number("SELECT max(ordinal) FROM interactions")}));
  finish(again, "a", RunState::kRejected);
  EXPECT_EQ(need().new_interactions, 0U);
  EXPECT_FALSE(need().last_failed);
  EXPECT_TRUE(need().last_created);
  ASSERT_TRUE(add({interaction("e4", "u1", "i1")}));
  EXPECT_EQ(need().new_interactions, 1U);
  EXPECT_EQ(store_->training_need({.most = 2}).value().interactions, 2U);
}

TEST_F(StoreTraining, TheTableOfModelsFollowsTheVolume) {
  const auto model = [](std::string version, std::string state, std::string reason = {}) {
    return versions::ModelRecord{.version = std::move(version),
                                 .state = std::move(state),
                                 .manifest = "00",
                                 .metrics = R"({"ndcg@10":0.5})",
                                 .reason = std::move(reason),
                                 .created = base::now()};
  };
  std::vector models{model("v1", "active")};
  ASSERT_TRUE(store_->mirror_models(models));
  EXPECT_EQ(model_states(), "v1 active");
  models = {model("v1", "ready"), model("v2", "active"), model("v3", "rejected", "worse"), model("v4", "ready")};
  ASSERT_TRUE(store_->mirror_models(models));
  EXPECT_EQ(model_states(), "v1 retired, v2 active, v3 rejected, v4 candidate");
  models = {model("v1", "active"), model("v2", "quarantined", "bad")};  // v3 and v4 are not on the volume any more
  ASSERT_TRUE(store_->mirror_models(models));
  EXPECT_EQ(model_states(), "v1 active, v2 quarantined, v3 rejected, v4 candidate");
  EXPECT_EQ(number("SELECT count(*) FROM models WHERE activated IS NOT NULL"), 2);
  ASSERT_TRUE(store_->mirror_models({}));
  EXPECT_EQ(number("SELECT count(*) FROM models WHERE state = 'active'"), 0);
}

TEST_F(StoreTraining, WhoIsThereIsWhoSaidSoOfLate) {
  using Role = versions::Presence::Role;
  const base::Time since(hours(24));
  ASSERT_TRUE(store_->say_present({.role = Role::kWorker, .name = "b", .version = "v1", .since = since}));
  ASSERT_TRUE(store_->say_present({.role = Role::kWorker, .name = "a", .version = "", .since = since}));
  ASSERT_TRUE(store_->say_present({.role = Role::kTrainer, .name = "c", .version = "", .since = since}));
  ASSERT_TRUE(store_->say_present({.role = Role::kWorker, .name = "b", .version = "v2", .since = since + hours(1)}));
  const auto workers = store_->present(Role::kWorker, seconds(10)).value();
  ASSERT_THAT(workers, SizeIs(2));
  EXPECT_EQ(workers[0].name, "a");
  EXPECT_EQ(workers[0].version, "");
  EXPECT_EQ(workers[1].version, "v2");
  EXPECT_EQ(workers[1].since, since + hours(1));
  auto connection = connect();
  execute(connection, "UPDATE presence SET seen = now() - interval '1 minute' WHERE name = 'b'");
  EXPECT_THAT(store_->present(Role::kWorker, seconds(10)).value(), SizeIs(1));
  ASSERT_TRUE(store_->withdraw(Role::kWorker, "a"));
  EXPECT_THAT(store_->present(Role::kWorker, seconds(10)).value(), IsEmpty());
  EXPECT_THAT(store_->present(Role::kTrainer, seconds(10)).value(), SizeIs(1));
}

TEST_F(StoreTraining, ASnapshotHoldsEachUsersItemsInTheOrderOfHistories) {
  const base::Time noon(hours(24 * 365 * 40));
  ASSERT_TRUE(add({interaction("e1", "u1", "i1", noon + seconds(2)), interaction("e2", "u2", "i2", noon),
                   interaction("e3", "u1", "i2", noon + microseconds(1)),  // earlier than e1 and e4
                   interaction("e4", "u1", "i3", noon + microseconds(2)),  // the same second as e3
                   interaction("e5", "u1", "i4", noon + seconds(2))}));    // e1's very time, arrived later
  const auto snapshot = store::read_snapshot(url());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const auto& sequences = snapshot->sequences;
  ASSERT_EQ(sequences.user_count(), 2U);
  const auto of = [&](const std::string& user) {
    const auto place = std::ranges::find(sequences.users, user) - sequences.users.begin();
    std::vector<std::string> items;
    for (const auto item : sequences.of(static_cast<std::size_t>(place)))
      items.push_back(snapshot->log.items[item.value]);
    return items;
  };
  EXPECT_THAT(of("u1"), ElementsAre("i2", "i3", "i1", "i4"));
  EXPECT_THAT(of("u2"), ElementsAre("i2"));
  EXPECT_EQ(sequences.times_of(0)[0], 24LL * 365 * 40 * 3600);
  EXPECT_EQ(snapshot->through_ordinal, number("SELECT max(ordinal) FROM interactions"));

  // What came later is left out where the end is set: a run that was cut short reads the same again.
  ASSERT_TRUE(add({interaction("e6", "u3", "i9")}));
  const auto again = store::read_snapshot(url(), {.through_ordinal = snapshot->through_ordinal});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sequences.items.size(), 5U);
  EXPECT_EQ(store::read_snapshot(url())->sequences.items.size(), 6U);
}

TEST_F(StoreTraining, AnEmptyDatabaseGivesAnEmptySnapshot) {
  const auto snapshot = store::read_snapshot(url());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->sequences.user_count(), 0U);
  EXPECT_EQ(snapshot->through_ordinal, 0);
}

TEST_F(StoreTraining, ADatabaseLostWhileReadingIsTold) {
  auto connection = connect();
  execute(connection, R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT n::text, 'user ' || n % 1000, 'item ' || n % 77, to_timestamp(n), 'view' FROM generate_series(1, 250000) n)");
  std::size_t asked = 0;
  const auto cut = store::read_snapshot(url(), {.on_progress = [&](std::size_t, std::size_t total) {
                                          EXPECT_EQ(total, 250'000U);
                                          if (asked++ == 0) server_.kill();
                                        }});
  EXPECT_EQ(asked, 1U);
  EXPECT_EQ(test::code(cut), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(store::read_snapshot(url())), ErrorCode::kUnavailable);
  server_.start();
  const auto whole = store::read_snapshot(url());
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->sequences.items.size(), 250'000U);
}

TEST_F(StoreTraining, WritersDoNotWaitForAReader) {
  auto connection = connect();
  execute(connection, R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT n::text, 'user ' || n % 1000, 'item ' || n % 77, to_timestamp(n), 'view' FROM generate_series(1, 100000) n)");
  bool written = false;
  const auto snapshot = store::read_snapshot(url(), {.on_progress = [&](std::size_t, std::size_t) {
                                               // The reader stands here, with its transaction open.
                                               written = add({interaction("new", "u", "i")}).has_value();
                                             }});
  EXPECT_TRUE(written);
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->sequences.items.size(), 100'000U);  // and does not see it
}

}  // namespace
}  // namespace sasrec
