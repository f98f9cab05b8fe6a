#include "retraining/run_reporter.hpp"

#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/fakes/fake_training_store.hpp"

namespace sasrec::retraining {
namespace {

using test::eventually;
using namespace std::chrono_literals;

class RunReporterTest : public testing::Test {
 protected:
  RunReporterTest() {
    id_ = store_.request_run("request").value().id;
    EXPECT_TRUE(store_.take_run("me", 1s, 3).value());
  }
  RunState state() { return store_.training_runs(1).value()[0].state; }

  test::FakeTrainingStore store_;
  base::Uuid id_;
  std::stop_source stop_;
};

TEST_F(RunReporterTest, StatesAreSaidAtOnceAndTheRestInTime) {
  RunReporter reporter(store_, id_, {.trainer = "me", .interval = 1h}, stop_.get_token());
  reporter.enter(RunState::kTraining, [](RunProgress& progress) { progress.epoch = 2; });
  EXPECT_EQ(state(), RunState::kTraining);
  EXPECT_EQ(store_.training_runs(1).value()[0].epoch, 2U);
  RunReporter often(store_, id_, {.trainer = "me", .interval = 1ms}, stop_.get_token());
  often.update([](RunProgress& progress) {
    progress.state = RunState::kEvaluating;
    progress.epoch = 3;
  });
  EXPECT_TRUE(eventually(10s, [&] { return store_.training_runs(1).value()[0].epoch == 3U; }));
}

TEST_F(RunReporterTest, ALostRunStopsTheWork) {
  RunReporter reporter(store_, id_, {.trainer = "me", .interval = 1ms}, stop_.get_token());
  EXPECT_FALSE(reporter.lost().stop_requested());
  store_.lose();
  EXPECT_TRUE(eventually(10s, [&] { return reporter.lost().stop_requested(); }));
}

TEST_F(RunReporterTest, ADatabaseThatIsAwayStopsNothing) {
  RunReporter reporter(store_, id_, {.trainer = "me", .interval = 1ms}, stop_.get_token());
  store_.outage().fail();
  reporter.enter(RunState::kTraining);
  const auto calls = store_.outage().calls();
  ASSERT_TRUE(store_.outage().await_calls(calls + 3));
  EXPECT_FALSE(reporter.lost().stop_requested());
  store_.outage().recover();
  EXPECT_TRUE(eventually(10s, [&] { return state() == RunState::kTraining; }));
}

TEST_F(RunReporterTest, AStopOfTheTrainerEndsTheWork) {
  RunReporter reporter(store_, id_, {.trainer = "me", .interval = 1h}, stop_.get_token());
  stop_.request_stop();
  EXPECT_TRUE(reporter.lost().stop_requested());
}

}  // namespace
}  // namespace sasrec::retraining
