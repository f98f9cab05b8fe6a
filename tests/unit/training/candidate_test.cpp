#include "training/candidate.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <numeric>

#include "unit/training/training_data.hpp"

namespace sasrec::training {
namespace {

base::Vocabulary vocabulary_of(std::size_t items) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < items; ++i) ids.push_back("item-" + std::to_string(i));
  return base::Vocabulary::build(ids).value();
}

class CandidateTest : public testing::Test {
 protected:
  Candidate make() {
    torch::manual_seed(3);
    Trained trained{.network = Sasrec(settings_.model, 0.5),
                    .best_epoch = 4,
                    .epochs = 6,
                    .best_ndcg = 0.25,
                    .seconds_per_epoch = 1.5};
    trained.network->eval();
    return make_candidate({.sequences = sequences_,
                           .split = split_,
                           .vocabulary = vocabulary_,
                           .settings = settings_,
                           .held = {.rule = "leave-one-out", .share = {}, .hash = {}}},
                          trained);
  }

  dataset::Sequences sequences_ = circle_walks(24, 20);
  dataset::Split split_ = last_two_held_back(sequences_);
  base::Vocabulary vocabulary_ = vocabulary_of(20);
  Settings settings_ = small_settings(20);
};

TEST_F(CandidateTest, SaysWhatItWasTrainedOnAndHowLong) {
  const auto metrics = make().metrics;
  ASSERT_TRUE(metrics.data && metrics.training);
  // Lengths are 4 to 15, each twice: 228 events, of which two per user are held back.
  EXPECT_EQ(metrics.data->events, 228);
  EXPECT_EQ(metrics.data->interactions, 180);
  EXPECT_EQ(metrics.data->users, 24);
  EXPECT_EQ(metrics.data->items, 20);
  EXPECT_EQ(metrics.data->held->rule, "leave-one-out");
  EXPECT_FALSE(metrics.data->first_time || metrics.data->last_time || metrics.data->learned_until)
      << "the log has no times";
  EXPECT_EQ(metrics.validation_ndcg, 0.25);
  EXPECT_EQ(*metrics.training, (checkpoint::TrainingRecord{6, 4, 1.5}));
  EXPECT_FALSE(metrics.gate);
}

TEST_F(CandidateTest, HasLearnedUntilTheNewestInteractionThatIsNotHeldBack) {
  std::iota(sequences_.times.begin(), sequences_.times.end(), 1000);
  const auto data = make().metrics.data;
  ASSERT_TRUE(data);
  EXPECT_EQ(data->first_time, 1000);
  EXPECT_EQ(data->last_time, 1227);
  EXPECT_EQ(data->learned_until, 1225);
}

TEST_F(CandidateTest, BringsItsReferenceAndAnswersToCheck) {
  const auto candidate = make();
  ASSERT_EQ(candidate.counts.size(), 21U);
  EXPECT_EQ(std::accumulate(candidate.counts.begin(), candidate.counts.end(), 0U), 180U);
  EXPECT_EQ(candidate.reference.item_counts,
            std::vector<std::uint32_t>(candidate.counts.begin() + 1, candidate.counts.end()));
  EXPECT_EQ(candidate.reference.history_lengths, (std::vector<std::uint64_t>{0, 4, 8, 12}));
  EXPECT_EQ(candidate.model.draft.golden.size(), 8U);
  EXPECT_EQ(candidate.model.draft.training, to_json(settings_));
  EXPECT_TRUE(candidate.model.draft.metrics.empty());
}

}  // namespace
}  // namespace sasrec::training
