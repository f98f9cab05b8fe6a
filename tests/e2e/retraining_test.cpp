// sasrec-trainer watch on a real PostgreSQL: what it makes of good data, of bad candidates, and of what goes wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <random>
#include <stdexcept>

#include "base/ids.hpp"
#include "checkpoint/checkpoint.hpp"
#include "dataset/held_users.hpp"
#include "e2e/training_fixture.hpp"
#include "monitoring/reference.hpp"
#include "support/edit_version.hpp"
#include "support/subprocess.hpp"

namespace sasrec::test {
namespace {

using retraining::RunState;
using std::chrono::seconds;
using testing::HasSubstr;

class Retraining : public TrainingFixture {
 protected:
  /// Whoever brings a run into `state` stands still from then on.
  void hold_at(const std::string& state) const {
    execute(fmt::format(R"(
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
CREATE TRIGGER hold BEFORE UPDATE ON training_runs FOR EACH ROW
  WHEN (NEW.state = '{}') EXECUTE FUNCTION hold())",
                        state));
  }
  bool held() const { return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") > 0; }
  void let_go() const {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep';"
        "DROP TRIGGER hold ON training_runs; DROP FUNCTION hold");
  }
  /// What the gate said of a version.
  boost::json::object gate_of(const std::string& version) const {
    const auto opened = checkpoint::Checkpoint::open(checkpoints_ / version);
    if (!opened) throw std::runtime_error(opened.error().message);
    return opened->metrics().at("gate").as_object();
  }
  /// The way README shows: trains on a log with "sasrec-trainer train", and imports the same log. 300 users walk round
  /// a circle of 60 items, and leap anywhere in every fifth step.
  void train_and_import() const {
    constexpr int kOnCircle = 60;
    const auto log = folder_.path() / "log.csv";
    std::ofstream file(log);
    file << "user,item,time\n";
    std::mt19937 random(11);
    for (int user = 0; user < 300; ++user) {
      int item = user * 7;
      for (int step = 0; step < 18; ++step) {
        item += random() % 5 == 0 ? static_cast<int>(random() % kOnCircle) : 1;
        file << fmt::format("u{},item-{},{}\n", user, item % kOnCircle + 1, 1'700'000'000 + user * 11 + step * 3600);
      }
    }
    file.close();
    std::vector<std::string> arguments{"train",     "--data", log.string(), "--out", checkpoints_.string(),
                                       "--threads", "1"};
    for (const char* setting :
         {"hidden=16", "blocks=1", "batch=16", "epochs=12", "learning_rate=0.01", "warmup_steps=5", "patience=12"}) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    const auto trained = sasrec::test::run(SASREC_TRAINER_PROGRAM, arguments);
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    const auto imported = sasrec::test::run(SASREC_PROGRAM, {"import", "--data", log.string(), "--database", url()});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
  }
  /// Its trainer was last heard of long ago.
  void silence() const {
    execute("UPDATE training_runs SET heartbeat = now() - interval '1 hour' WHERE finished IS NULL");
  }
  /// Kills a trainer as soon as it has entered `state`.
  void kill_at(const std::string& state) {
    hold_at(state);
    Process trainer(SASREC_TRAINER_PROGRAM, trainer_arguments({"--once"}));
    EXPECT_TRUE(eventually(seconds(60), [&] { return held() || trainer.exit_code(); })) << trainer.err();
    EXPECT_FALSE(trainer.exit_code()) << trainer.err();
    trainer.signal(SIGKILL);
    trainer.wait();
    let_go();
    silence();
  }
};

TEST_F(Retraining, LearnsFromTheDatabaseAndRegistersWhatItMade) {
  walk("a");
  const auto trained = train_once();
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  const auto run = newest();
  EXPECT_EQ(run.state, RunState::kPromoted) << run.reason << trained.err;
  EXPECT_EQ(run.version, current());
  EXPECT_EQ(run.interactions, 2400U);
  EXPECT_EQ(run.through_ordinal, number("SELECT max(ordinal) FROM interactions"));
  EXPECT_EQ(run.epochs, 12U);
  EXPECT_GT(run.ndcg.value_or(0), 0.5);
  EXPECT_EQ(number("SELECT count(*) FROM models m JOIN training_runs r ON r.id = m.training_run "
                   "WHERE m.state = 'active' AND m.version = r.model AND m.metrics ? 'gate'"),
            1);
  const auto made = checkpoint::Checkpoint::open(checkpoints_ / run.version);
  ASSERT_TRUE(made);
  std::uint64_t viewed = 0;  // the log that a trainer reads has no kinds: it asks for their counts
  for (const auto& [feature, windows] : monitoring::read_windows(made->reference().at("drift"))) {
    if (feature != monitoring::Feature::kKind) continue;
    EXPECT_EQ(windows.size(), 30U);
    for (const auto& window : windows) viewed += window[monitoring::kind_bin("view")];
  }
  EXPECT_EQ(viewed, 2400U);
  // Nothing is new: what is due by its rules is nothing.
  const auto again = once({"--retrain-every", "0.0001", "--retrain-after", "1"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(number("SELECT count(*) FROM training_runs"), 1);
}

TEST_F(Retraining, TrainsByItselfOnceEnoughIsNew) {
  walk("a");
  const std::vector<std::string> rule{"--retrain-after", "2400"};
  EXPECT_EQ(once(rule).exit_code, 0);
  EXPECT_EQ(newest().cause, "interactions");
  const auto first = current();
  execute("DELETE FROM interactions WHERE event_id LIKE 'b-%'");
  EXPECT_EQ(once(rule).exit_code, 0);
  EXPECT_EQ(current(), first);
  walk("b", 1, 20);
  EXPECT_EQ(once(rule).exit_code, 0);
  EXPECT_EQ(newest().state, RunState::kPromoted) << newest().reason;
  EXPECT_NE(current(), first);
}

TEST_F(Retraining, TooLittleDataIsSaidBeforeAnythingIsTrained) {
  walk("a");
  const auto trained = train_once({"--retrain-min", "2401"});
  EXPECT_EQ(trained.exit_code, 1);
  EXPECT_EQ(newest().state, RunState::kFailed);
  EXPECT_THAT(newest().reason, HasSubstr("2400 interactions, and retrain-min asks for 2401"));
  EXPECT_FALSE(newest().epoch);
  EXPECT_EQ(current(), "none");
}

TEST_F(Retraining, ACandidateThatIsWorseIsRejectedAndKeptWithItsReason) {
  walk("a");
  ASSERT_EQ(train_once().exit_code, 0);
  const auto good = current();
  const auto trained = train_once({"--retrain-set", "learning_rate=1e-8", "--retrain-set", "epochs=1"});
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  const auto run = newest();
  EXPECT_EQ(run.state, RunState::kRejected);
  EXPECT_THAT(run.reason, HasSubstr("NDCG@10"));
  EXPECT_EQ(current(), good);
  EXPECT_EQ(checkpoint::Directory(checkpoints_).rejection_reason(run.version), run.reason);
  EXPECT_EQ(number("SELECT count(*) FROM models WHERE state = 'rejected' AND reason IS NOT NULL"), 1);
  // It is whole: who knows better may have it served.
  const auto activated =
      sasrec::test::run(SASREC_PROGRAM, {"model", "activate", run.version, "--checkpoints", checkpoints_.string()});
  EXPECT_EQ(activated.exit_code, 0) << activated.err;
  EXPECT_EQ(current(), run.version);
}

TEST_F(Retraining, AfterATrainingOnTheWholeLogAnEqualModelIsServedAndAWorseOneIsNot) {
  train_and_import();
  const auto first = current();
  const auto trained = train_once();
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto run = newest();
  ASSERT_EQ(run.state, RunState::kPromoted) << run.reason;
  EXPECT_EQ(current(), run.version);
  const auto passed = gate_of(run.version);
  EXPECT_THAT(std::string(passed.at("code").as_string()), testing::AnyOf("better", "not-worse"));
  EXPECT_EQ(passed.at("compared_with").as_string(), "serving");
  EXPECT_EQ(passed.at("serving_version").as_string(), first);
  EXPECT_GT(passed.at("cases").to_number<int>(), 20);
  EXPECT_GT(passed.at("serving").to_number<double>(), passed.at("popularity").to_number<double>());

  // The next one has the version that retraining made as its rival.
  const auto weak = train_once({"--retrain-set", "epochs=1", "--retrain-set", "learning_rate=0.003"});
  EXPECT_EQ(weak.exit_code, 0) << weak.err;
  EXPECT_EQ(newest().state, RunState::kRejected);
  const auto failed = gate_of(newest().version);
  EXPECT_EQ(failed.at("code").as_string(), "worse") << newest().reason;
  EXPECT_EQ(failed.at("serving_version").as_string(), run.version);
  EXPECT_EQ(current(), run.version);
}

TEST_F(Retraining, WhatIsServedHasLearnedTheNewestEvents) {
  walk("a");
  // Two users with the newest events of all, with items that nobody had before. The second user is held back.
  ASSERT_GT(dataset::user_place("late-1"), 0.5);
  ASSERT_LT(dataset::user_place("late-3"), 0.5);
  execute(R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT 'late-' || u || '-' || k, 'late-' || u, 'new-' || u || '-' || k, to_timestamp(1800000000 + k), 'view'
FROM unnest(ARRAY[1, 3]) u, generate_series(0, 3) k)");
  ASSERT_EQ(train_once().exit_code, 0);
  ASSERT_EQ(newest().state, RunState::kPromoted) << newest().reason;
  const auto made = checkpoint::Checkpoint::open(checkpoints_ / newest().version);
  ASSERT_TRUE(made);
  EXPECT_NE(made->vocabulary().find("new-1-3"), base::kPadding);
  EXPECT_NE(made->vocabulary().find("new-3-1"), base::kPadding);
  EXPECT_EQ(made->vocabulary().find("new-3-2"), base::kPadding);
  EXPECT_EQ(made->vocabulary().find("new-3-3"), base::kPadding);
  const auto& data = made->metrics().at("data").as_object();
  EXPECT_EQ(data.at("learned_until").as_int64(), 1'800'000'003);
  EXPECT_EQ(data.at("last_time").as_int64(), 1'800'000'003);
  EXPECT_EQ(data.at("events").as_int64(), 2408);
  EXPECT_EQ(data.at("held").at("rule").as_string(), "users");
  EXPECT_EQ(data.at("held").at("share").to_number<double>(), 0.5);
}

TEST_F(Retraining, AServingModelThatSaysNothingOfItsDataIsNotCompared) {
  walk("a");
  ASSERT_EQ(train_once().exit_code, 0);
  const auto first = current();
  // As an imported model: its metrics hold no data. It was made after all that the database holds.
  write_file(checkpoints_ / first / "metrics.json", R"({"source":"elsewhere"})");
  seal_version(checkpoints_ / first);
  ASSERT_EQ(train_once().exit_code, 0);
  const auto run = newest();
  EXPECT_EQ(run.state, RunState::kPromoted) << run.reason;
  const auto gate = gate_of(run.version);
  EXPECT_EQ(gate.at("code").as_string(), "popularity-only");
  EXPECT_EQ(gate.at("compared_with").as_string(), "popularity");
  EXPECT_EQ(gate.at("serving_version").as_string(), first);
  EXPECT_FALSE(gate.contains("serving"));
}

TEST_F(Retraining, OldVersionsGoButNotTheActiveOneNorTheOneBefore) {
  walk("a");
  std::vector<std::string> versions;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(train_once({"--keep-models", "2", "--gate-tolerance", "1"}).exit_code, 0);
    ASSERT_EQ(newest().state, RunState::kPromoted) << newest().reason;
    versions.push_back(current());
  }
  std::vector<std::string> left;
  const auto entries = checkpoint::Directory(checkpoints_).list();
  for (const auto& entry : *entries) left.push_back(entry.version);
  EXPECT_THAT(left, testing::ElementsAre(versions[3], versions[2]));
}

TEST_F(Retraining, ATrainerKilledAtAnyStageLeavesWhatWasAndTheRunIsTakenUpAgain) {
  walk("a");
  ASSERT_EQ(train_once().exit_code, 0);
  const auto before = current();
  for (const std::string stage : {"loading", "training", "evaluating", "saving"}) {
    SCOPED_TRACE(stage);
    const auto id = store_.request_run("request").value().id;
    kill_at(stage);
    EXPECT_EQ(current(), before);
    const auto again = once({"--gate-tolerance", "1"});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    const auto run = newest();
    EXPECT_EQ(run.id, id);
    EXPECT_EQ(run.state, RunState::kPromoted) << run.reason;
    EXPECT_EQ(run.attempts, stage == "loading" ? 1U : 2U);  // taking it was what stood still there
    ASSERT_TRUE(checkpoint::Directory(checkpoints_).activate(before));
  }
}

TEST_F(Retraining, ATrainerKilledAfterItsModelIsCurrentNeedsNoSecondTraining) {
  walk("a");
  ASSERT_TRUE(store_.request_run("request"));
  kill_at("promoted");
  const auto promoted = current();
  EXPECT_NE(promoted, "none");
  const auto again = once();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(newest().state, RunState::kPromoted);
  EXPECT_EQ(newest().version, promoted);
  EXPECT_EQ(current(), promoted);
}

TEST_F(Retraining, ARunThatWasCutShortGoesOnWithItsEpochs) {
  walk("a");
  ASSERT_TRUE(store_.request_run("request"));
  {
    Process trainer(SASREC_TRAINER_PROGRAM,
                    trainer_arguments({"--once", "--retrain-set", "epochs=4000", "--retrain-set", "patience=4000"}));
    EXPECT_TRUE(eventually(seconds(60), [&] { return newest().epoch.value_or(0) >= 3; })) << trainer.err();
    trainer.signal(SIGTERM);
    EXPECT_TRUE(trainer.wait(seconds(20))) << trainer.err();
  }
  EXPECT_EQ(newest().state, RunState::kTraining);
  walk("b");  // comes in later: the run still is about what it had read
  // Given back, it is free at once. The same settings, or it would begin anew.
  Process trainer(SASREC_TRAINER_PROGRAM,
                  trainer_arguments({"--once", "--retrain-set", "epochs=4000", "--retrain-set", "patience=4000"}));
  EXPECT_TRUE(eventually(seconds(60), [&] { return trainer.err().find(": epoch ") != std::string::npos; }));
  EXPECT_THAT(trainer.err(), testing::Not(HasSubstr(": epoch 1,")));
  EXPECT_EQ(newest().interactions, 2400U);
  EXPECT_EQ(newest().attempts, 1U);
}

TEST_F(Retraining, TwoTrainersDoOneRunOnce) {
  walk("a");
  ASSERT_TRUE(store_.request_run("request"));
  Process first(SASREC_TRAINER_PROGRAM, trainer_arguments({"--once"}));
  Process second(SASREC_TRAINER_PROGRAM, trainer_arguments({"--once"}));
  EXPECT_EQ(first.wait(), 0) << first.err();
  EXPECT_EQ(second.wait(), 0) << second.err();
  EXPECT_EQ(newest().state, RunState::kPromoted);
  EXPECT_EQ(newest().attempts, 1U);
  EXPECT_EQ(checkpoint::Directory(checkpoints_).list().value().size(), 1U);
}

TEST_F(Retraining, ADatabaseThatIsLostMeanwhileIsWaitedFor) {
  walk("a");
  ASSERT_TRUE(store_.request_run("request"));
  hold_at("training");
  Process trainer(SASREC_TRAINER_PROGRAM, trainer_arguments({"--once"}));
  EXPECT_TRUE(eventually(seconds(60), [&] { return held(); })) << trainer.err();
  database_.kill();
  database_.start();
  let_go();
  EXPECT_EQ(trainer.wait(), 0) << trainer.err();
  EXPECT_EQ(newest().state, RunState::kPromoted) << newest().reason;
}

TEST_F(Retraining, AFullDiskFailsTheRunAndLeavesWhatWas) {
  walk("a");
  ASSERT_EQ(train_once().exit_code, 0);
  const auto before = current();
  ASSERT_TRUE(store_.request_run("request"));
  // No file larger than 8 KiB can be written, which the system answers as it does for a full disk: by an error.
  std::string command = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
  std::vector<std::string> arguments{"-c", command, SASREC_TRAINER_PROGRAM};
  for (auto& argument : trainer_arguments({"--once"})) arguments.push_back(argument);
  const auto full = sasrec::test::run("bash", arguments);
  EXPECT_EQ(full.exit_code, 1) << full.err;
  EXPECT_EQ(newest().state, RunState::kFailed);
  EXPECT_THAT(newest().reason, HasSubstr("File too large"));
  EXPECT_EQ(current(), before);
  EXPECT_EQ(checkpoint::Directory(checkpoints_).list().value().size(), 1U);
}

}  // namespace
}  // namespace sasrec::test
