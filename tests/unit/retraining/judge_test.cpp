#include "retraining/judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "dataset/held_users.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"
#include "unit/retraining/sample_snapshot.hpp"

namespace sasrec::retraining {
namespace {

using versions::GateCode;

class JudgeTest : public testing::Test {
 protected:
  JudgeTest() {
    auto sample = test::sample_model(test::sample_config(), 3);
    sample.draft.vocabulary = snapshot_.log.items;
    model_ = recommend::Model::load(test::save_sample(sample, folder_.path())).value();
  }

  Judgement judge_against(const ServingModel& serving, std::size_t max_cases = 10'000) {
    return judge({snapshot_.log, snapshot_.sequences, split_}, model_, serving, options_, 1, max_cases);
  }

  test::TemporaryFolder folder_;
  Snapshot snapshot_ = snapshot_of(kMinPopular);
  dataset::Split split_ = dataset::hold_users(snapshot_.sequences, 0.5).value();
  std::shared_ptr<const recommend::Model> model_;
  versions::GateOptions options_;
};

TEST_F(JudgeTest, WithoutAServingModelPopularityIsTheRival) {
  const auto judgement = judge_against({});
  EXPECT_TRUE(judgement.verdict.passed);
  EXPECT_EQ(judgement.verdict.code, GateCode::kNoRival);
  EXPECT_EQ(judgement.scores.cases, split_.test.size());
  EXPECT_NEAR(judgement.scores.popularity, 0.3155, 1e-4) << "the last of eight: 1 / log2(9)";
  EXPECT_EQ(judgement.report.model.cases, split_.test.size());
  EXPECT_EQ(judgement.record().serving_version, "");
}

TEST_F(JudgeTest, AModelIsAsGoodAsItself) {
  const auto& times = snapshot_.sequences.times;
  const auto judgement = judge_against(
      {.model = model_,
       .held = {.rule = HeldRule::kUsers, .share = 0.5, .events = times.size(), .log_end = std::ranges::max(times)}});
  EXPECT_EQ(judgement.verdict.code, GateCode::kNotWorse);
  ASSERT_TRUE(judgement.scores.rival);
  EXPECT_EQ(judgement.scores.rival->ndcg, judgement.scores.candidate);
  const auto record = judgement.record();
  EXPECT_EQ(record.serving, judgement.scores.candidate);
  EXPECT_EQ(record.difference, checkpoint::LeadRecord{});
  EXPECT_EQ(record.serving_version, model_->version());
  EXPECT_EQ(record.code, "not-worse");
}

TEST_F(JudgeTest, AServingModelThatMayKnowTheCasesIsNotCompared) {
  const auto judgement = judge_against(
      {.model = model_,
       .held = {.rule = {}, .share = 0, .events = 0, .log_end = std::ranges::max(snapshot_.sequences.times)}});
  EXPECT_EQ(judgement.verdict.code, GateCode::kPopularityOnly);
  EXPECT_EQ(judgement.scores.cases, split_.test.size());
  EXPECT_FALSE(judgement.record().serving);
  EXPECT_EQ(judgement.record().serving_version, model_->version());
}

TEST_F(JudgeTest, OfFewCasesNothingIsMeasured) {
  options_.min_cases = split_.test.size() + 1;
  const auto judgement = judge_against({});
  EXPECT_FALSE(judgement.verdict.passed);
  EXPECT_EQ(judgement.verdict.code, GateCode::kTooFewCases);
  EXPECT_EQ(judgement.report.model.cases, 0U);
}

TEST_F(JudgeTest, AtMostSoManyCasesAreRanked) {
  EXPECT_EQ(judge_against({}, 30).scores.cases, 30U);
}

}  // namespace
}  // namespace sasrec::retraining
