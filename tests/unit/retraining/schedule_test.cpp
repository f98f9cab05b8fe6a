#include "retraining/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fakes/fake_training_store.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::retraining {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const base::Time kNow(hours(24 * 20'000));
constexpr RetrainingPolicy kPolicy{
    .every = hours(24), .after = 500, .min_interactions = 100, .after_failure = minutes(15)};

TrainingNeed need(std::size_t interactions, std::size_t fresh, std::optional<base::Time> last = std::nullopt) {
  return {.last_created = last, .interactions = interactions, .new_interactions = fresh};
}

std::string cause(const TrainingNeed& need, std::optional<base::Time> since = std::nullopt,
                  const RetrainingPolicy& policy = kPolicy) {
  return due(need, policy, since, kNow).value_or("none");
}

TEST(RetrainingDue, TheFirstTrainingWaitsForEnoughData) {
  EXPECT_EQ(cause(need(0, 0)), "none");
  EXPECT_EQ(cause(need(99, 99)), "none");
  EXPECT_EQ(cause(need(100, 100)), "interval");
}

TEST(RetrainingDue, AnIntervalCountsFromTheLastRunOrTheModel) {
  EXPECT_EQ(cause(need(400, 1, kNow - hours(23))), "none");
  EXPECT_EQ(cause(need(400, 1, kNow - hours(25))), "interval");
  EXPECT_EQ(cause(need(400, 1), kNow - hours(23)), "none");
  EXPECT_EQ(cause(need(400, 1), kNow - hours(25)), "interval");
  EXPECT_EQ(cause(need(400, 1, kNow - hours(25)), kNow - hours(23)), "none");  // trained elsewhere meanwhile
}

TEST(RetrainingDue, NothingNewNeedsNoTraining) {
  EXPECT_EQ(cause(need(400, 0, kNow - hours(1000))), "none");
}

TEST(RetrainingDue, EnoughNewInteractionsDoNotWaitForTheInterval) {
  EXPECT_EQ(cause(need(1000, 499, kNow - hours(1))), "none");
  EXPECT_EQ(cause(need(1000, 500, kNow - hours(1))), "interactions");
}

TEST(RetrainingDue, EitherRuleCanBeSwitchedOff) {
  auto policy = kPolicy;
  policy.after = 0;
  EXPECT_EQ(cause(need(1000, 1000, kNow - hours(1)), std::nullopt, policy), "none");
  policy = kPolicy;
  policy.every = seconds(0);
  EXPECT_EQ(cause(need(1000, 499, kNow - hours(1000)), std::nullopt, policy), "none");
}

TEST(RetrainingDue, OneRunAtATime) {
  auto open = need(1000, 1000);
  open.open = true;
  EXPECT_EQ(cause(open), "none");
}

TEST(RetrainingDue, AFailedRunIsNotRepeatedAtOnce) {
  auto failed = need(1000, 1000, kNow - minutes(14));
  failed.last_failed = true;
  EXPECT_EQ(cause(failed), "none");
  failed.last_created = kNow - minutes(16);
  EXPECT_EQ(cause(failed), "interactions");
}

class RetrainingScheduleTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  test::FakeTrainingStore store_;
  Schedule schedule_{store_, folder_.path(), {.policy = kPolicy, .clock = base::now}};
};

TEST_F(RetrainingScheduleTest, AsksForARunOnceItIsDue) {
  EXPECT_FALSE(schedule_.tick().value());
  store_.set_need(need(1000, 1000));
  EXPECT_TRUE(schedule_.tick().value());
  EXPECT_TRUE(schedule_.tick().value());  // free, and no second one
  const auto runs = store_.training_runs(10).value();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].cause, "interactions");
  ASSERT_TRUE(store_.take_run("a", seconds(1), 3).value());
  EXPECT_FALSE(schedule_.tick().value());
}

TEST_F(RetrainingScheduleTest, AModelMadeAMomentAgoIsNotReplacedByTime) {
  test::save_sample(test::sample_model(test::sample_config(), 1), folder_.path());
  store_.set_need(need(400, 400));
  EXPECT_FALSE(schedule_.tick().value());
}

TEST_F(RetrainingScheduleTest, ADatabaseThatIsAwayIsTold) {
  store_.outage().fail();
  EXPECT_EQ(schedule_.tick().error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace sasrec::retraining
