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
    return store_->training_need({.since = since, .max_count = 1000, .lease = kLease}).value();
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
  EXPECT_EQ(store_->training_need({.max_count = 2}).value().interactions, 2U);
}

}  // namespace
}  // namespace sasrec
