// sasrec-trainer train, as users run it, and sasrec on what it wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {
namespace {

using testing::HasSubstr;

class TrainerProgram : public testing::Test {
 protected:
  TrainerProgram() {
    std::ofstream log(data_);
    log << "user,item,time\n";
    // Each user walks round a circle of 25 items: what comes next is certain.
    for (int user = 0; user < 60; ++user) {
      for (int t = 0; t < 5 + user % 9; ++t) {
        log << 'u' << user << ",item " << (user * 7 + t) % 25 << ',' << 1'700'000'000 + t * 60 + user << '\n';
      }
    }
  }

  std::vector<std::string> train(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--checkpoints", out_});
    return train_somewhere(std::move(more));
  }

  std::vector<std::string> train_somewhere(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"train",    "--data",        data_,       "--threads", "1",
                                       "--set",    "hidden=16",     "--set",     "blocks=1",  "--set",
                                       "batch=16", "--set",         "epochs=20", "--set",     "learning_rate=0.01",
                                       "--set",    "warmup_steps=5"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static Finished trainer(const std::vector<std::string>& arguments) { return run(SASREC_TRAINER_PROGRAM, arguments); }

  /// Starts the trainer, sends it `signal` as soon as it has saved the progress of an epoch, and returns
  /// Process::wait(). The trainer starts itself once more: what `top` and `pkill` know it by must not change.
  int signal_after_an_epoch(const std::vector<std::string>& arguments, int signal) const {
    const auto state = out_ + "/training-state";
    std::filesystem::remove(state);
    Process trainer(SASREC_TRAINER_PROGRAM, arguments);
    EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] { return std::filesystem::exists(state); })) << trainer.err();
    EXPECT_EQ(contents("/proc/" + std::to_string(trainer.pid()) + "/comm"), "sasrec-trainer\n");
    trainer.signal(signal);
    return trainer.wait();
  }

  static std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string current() const {
    auto line = contents(out_ + "/CURRENT");
    if (line.ends_with('\n')) line.pop_back();
    return line;
  }

  TemporaryFolder folder_;
  std::string data_ = (folder_.path() / "log.csv").string();
  std::string out_ = (folder_.path() / "checkpoints").string();
};

TEST_F(TrainerProgram, WritesWhereItIsToldElseToVar) {
  const auto current_in = [&](const std::string& place) {
    return folder_.path() / place / "CURRENT";
  };
  const auto expect = [&](std::vector<std::string> more, const std::string& place,
                          std::vector<std::string> environment = {}) {
    more.insert(more.end(), {"--set", "epochs=1"});
    Process process(SASREC_TRAINER_PROGRAM, train_somewhere(more),
                    {.environment = std::move(environment), .folder = folder_.path()});
    EXPECT_EQ(process.wait(), 0) << process.err();
    EXPECT_TRUE(std::filesystem::exists(current_in(place))) << place;
    EXPECT_THAT(process.err(), HasSubstr("checkpoints: " + place + "\n"));
  };
  expect({}, "var/checkpoints");
  expect({"--checkpoints", "one"}, "one");
  expect({"--out", "two"}, "two");
  expect({}, "three", {"SASREC_CHECKPOINTS=three"});
  expect({"--out", "four"}, "four", {"SASREC_CHECKPOINTS=five"});
  EXPECT_FALSE(std::filesystem::exists(current_in("five")));
}

TEST_F(TrainerProgram, TrainsWhatTheEngineServesWithTheSameMetrics) {
  const auto trained = trainer(train({"--json"}));
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto document = boost::json::parse(trained.out).as_object();
  EXPECT_EQ(document.at("version").as_string(), current());
  const auto& test = document.at("metrics").at("test");
  EXPECT_GT(test.at("hr@10").to_number<double>(), 0.9);

  const auto evaluated = run(SASREC_PROGRAM, {"evaluate", "--model", out_, "--data", data_, "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  const auto report = boost::json::parse(evaluated.out).as_object();
  for (const auto* metric : {"hr@1", "ndcg@10", "mrr@10"}) {
    EXPECT_NEAR(report.at(metric).to_number<double>(), test.at(metric).to_number<double>(), 1e-9) << metric;
  }
  EXPECT_EQ(report.at("baselines"), test.at("baselines"));

  const auto answered =
      run(SASREC_PROGRAM, {"recommend", "--model", out_, "--history", "item 3,item 4,item 5", "-k", "1", "--json"});
  EXPECT_EQ(boost::json::parse(answered.out).at("items").at(0).at("item").as_string(), "item 6");
}

TEST_F(TrainerProgram, TheSameSeedGivesTheSameWeights) {
  const auto weights = [&](const std::string& out) {
    EXPECT_EQ(trainer(train_somewhere({"--checkpoints", out})).exit_code, 0);
    std::ifstream file(out + "/CURRENT");
    std::string version;
    std::getline(file, version);
    return contents(out + "/" + version + "/model.safetensors");
  };
  const auto first = weights(out_);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first, weights(out_ + "-again"));
}

TEST_F(TrainerProgram, EveryRecipeAndProtocolTrains) {
  EXPECT_EQ(trainer(train({"--recipe", "paper"})).exit_code, 0);
  const auto by_time = trainer(train({"--protocol", "time-split", "--json"}));
  ASSERT_EQ(by_time.exit_code, 0) << by_time.err;
  EXPECT_EQ(boost::json::parse(by_time.out).at("metrics").at("test").at("protocol").as_string(), "time-split");
}

TEST_F(TrainerProgram, GoesOnAfterBeingKilled) {
  const auto arguments = train({"--set", "epochs=120", "--set", "patience=120"});
  ASSERT_EQ(signal_after_an_epoch(arguments, SIGKILL), -SIGKILL) << "it ended before it could be killed";
  EXPECT_EQ(current(), "") << "no version yet";

  const auto resumed = trainer(arguments);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("went on from an interrupted run"));
  EXPECT_NE(current(), "");
  EXPECT_FALSE(std::filesystem::exists(out_ + "/training-state"));
  EXPECT_THAT(trainer(arguments).err, testing::Not(HasSubstr("went on")));
}

TEST_F(TrainerProgram, StopsInOrderWhenAskedTo) {
  const auto arguments = train({"--set", "epochs=100000", "--set", "patience=100000"});
  for (const int signal : {SIGINT, SIGTERM}) {
    EXPECT_EQ(signal_after_an_epoch(arguments, signal), 1) << "signal " << signal;
    EXPECT_EQ(current(), "");
    EXPECT_TRUE(std::filesystem::exists(out_ + "/training-state"));
  }
}

TEST_F(TrainerProgram, AFullDiskLeavesTheActiveVersionAlone) {
  ASSERT_EQ(trainer(train()).exit_code, 0);
  const auto before = current();
  // A limit on file size makes every write past 2 KiB fail, as a full disk does.
  std::string command = "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"";
  std::vector<std::string> arguments{"-c", command, SASREC_TRAINER_PROGRAM};
  const auto more = train({"--seed", "2"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto full = run("/bin/bash", arguments);
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.err, HasSubstr("error: "));
  EXPECT_EQ(current(), before);
  EXPECT_EQ(run(SASREC_PROGRAM, {"model", "verify", out_}).exit_code, 0);
}

TEST_F(TrainerProgram, BadUsageIsToldFromFailure) {
  const auto expect = [&](const std::vector<std::string>& arguments, int exit_code, const std::string& message) {
    const auto finished = trainer(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(message));
    EXPECT_THAT(finished.out, testing::IsEmpty());
  };
  expect(train({"--set", "speed=9"}), 2, "learning_rate");
  expect(train({"--set", "loss=mse"}), 2, "sampled_softmax");
  expect(train({"--recipe", "best"}), 2, "paper");
  expect(train({"--protocol", "k-fold"}), 2, "leave-one-out");
  expect(train({"--device", "tpu"}), 2, "auto, cpu, cuda");
  expect(train({"--no-such-option"}), 2, "--no-such-option");
  expect({"train", "--checkpoints", out_}, 2, "--data");
  expect({"train", "--data", folder_.path() / "none.csv", "--out", out_}, 1, "none.csv");
  std::ofstream(data_, std::ios::trunc) << "user,item,time\nu1,a,1\nu2,b,2\n";
  expect(train(), 1, data_);
}

}  // namespace
}  // namespace sasrec::test
