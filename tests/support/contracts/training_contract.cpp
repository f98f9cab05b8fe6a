#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/contracts/store_contract.hpp"

namespace sasrec::test {
namespace {

using base::ErrorCode;
using retraining::RunState;
using testing::ElementsAre;
using testing::IsEmpty;
using versions::Presence;
using namespace std::chrono_literals;

TEST_P(StoreContract, ARunThatWaitsIsAskedForOnce) {
  const auto first = training_.request_run("request").value();
  EXPECT_EQ(first.state, RunState::kQueued);
  EXPECT_EQ(training_.request_run("interval")->id, first.id);
  EXPECT_EQ(training_.training_runs(10)->size(), 1U);
}

TEST_P(StoreContract, OneTrainerHasTheRunUntilItEndsOrGivesItBack) {
  const auto run = training_.request_run("request").value();
  const auto taken = training_.take_run("one", 1min, 3).value();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, run.id);
  EXPECT_FALSE(training_.take_run("two", 1min, 3).value()) << "one trainer at a time";
  EXPECT_EQ(training_.report_run(run.id, "two", {.state = RunState::kTraining}).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(training_.report_run(run.id, "one", {.state = RunState::kTraining, .epoch = 2}));
  EXPECT_EQ(training_.training_runs(1)->at(0).epoch, 2U);

  ASSERT_TRUE(training_.release_run(run.id, "one"));
  ASSERT_TRUE(training_.take_run("two", 1min, 3).value());
  EXPECT_EQ(training_.release_run(run.id, "one").error().code, ErrorCode::kNotFound) << "it is another's now";
  EXPECT_EQ(training_.finish_run(run.id, "one", {.state = RunState::kFailed}).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(training_.finish_run(run.id, "two", {.state = RunState::kRejected, .version = "v", .reason = "worse"}));
  const auto ended = training_.training_runs(1)->at(0);
  EXPECT_EQ(ended.state, RunState::kRejected);
  EXPECT_EQ(ended.reason, "worse");
  EXPECT_FALSE(training_.take_run("one", 1min, 3).value());
  EXPECT_NE(training_.request_run("request")->id, run.id) << "a new one";
}

TEST_P(StoreContract, AProcessIsPresentUntilItWithdraws) {
  const auto names = [&](Presence::Role role) {
    std::vector<std::string> found;
    const auto present = models_.present(role, 1min).value();
    for (const auto& process : present) found.push_back(process.name + ' ' + process.version);
    return found;
  };
  ASSERT_TRUE(
      models_.say_present({.role = Presence::Role::kWorker, .name = "w2", .version = "v1", .since = base::now()}));
  ASSERT_TRUE(
      models_.say_present({.role = Presence::Role::kWorker, .name = "w1", .version = "v1", .since = base::now()}));
  ASSERT_TRUE(
      models_.say_present({.role = Presence::Role::kWorker, .name = "w2", .version = "v2", .since = base::now()}));
  ASSERT_TRUE(
      models_.say_present({.role = Presence::Role::kTrainer, .name = "t", .version = "", .since = base::now()}));
  EXPECT_THAT(names(Presence::Role::kWorker), ElementsAre("w1 v1", "w2 v2"));
  EXPECT_THAT(names(Presence::Role::kTrainer), ElementsAre("t "));
  ASSERT_TRUE(models_.withdraw(Presence::Role::kWorker, "w1"));
  EXPECT_THAT(names(Presence::Role::kWorker), ElementsAre("w2 v2"));
}

}  // namespace
}  // namespace sasrec::test
