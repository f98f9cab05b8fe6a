#include "retraining/run_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/fakes/fake_training_store.hpp"

namespace sasrec::retraining {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TrainingWatchTest : public testing::Test {
 protected:
  std::vector<std::string> look() {
    told_.clear();
    watch_.look();
    return told_;
  }

  test::FakeTrainingStore store_;
  std::vector<std::string> told_;
  TrainingWatch watch_{store_, [this](const TrainingRun& run) {
                         told_.emplace_back(to_string(run.state));
                       }};
};

TEST_F(TrainingWatchTest, TellsWhatHasGotOnSinceTheLookBefore) {
  EXPECT_THAT(look(), IsEmpty());
  ASSERT_TRUE(store_.request_run("request"));
  EXPECT_THAT(look(), ElementsAre("queued"));
  EXPECT_THAT(look(), IsEmpty());
  const auto run = store_.take_run("trainer", std::chrono::seconds(15), 3);
  ASSERT_TRUE(run && *run);
  EXPECT_THAT(look(), ElementsAre("loading"));
  for (std::size_t epoch = 1; epoch <= 2; ++epoch) {
    ASSERT_TRUE(store_.report_run((*run)->id, "trainer", {.state = RunState::kTraining, .epoch = epoch}));
    EXPECT_THAT(look(), ElementsAre("training"));
  }
  ASSERT_TRUE(store_.finish_run((*run)->id, "trainer", {.state = RunState::kRejected, .reason = "worse"}));
  EXPECT_THAT(look(), ElementsAre("rejected"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(TrainingWatchTest, TheFirstLookTellsNothing) {
  ASSERT_TRUE(store_.request_run("request"));
  EXPECT_THAT(look(), IsEmpty());
  ASSERT_TRUE(store_.take_run("trainer", std::chrono::seconds(15), 3));
  EXPECT_THAT(look(), ElementsAre("loading"));
}

}  // namespace
}  // namespace sasrec::retraining
