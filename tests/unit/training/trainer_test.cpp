#include "training/trainer.hpp"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stop_token>
#include <vector>

#include "evaluation/baselines.hpp"
#include "evaluation/evaluate.hpp"
#include "support/temporary_folder.hpp"
#include "training/ranker.hpp"
#include "unit/training/training_data.hpp"

namespace sasrec::training {
namespace {

using testing::HasSubstr;

class TrainerTest : public testing::Test {
 protected:
  TrainerTest() { at::set_num_threads(1); }

  base::Result<Trained> run(const TrainOptions& options = {}) const {
    return train(sequences_, split_, settings_, options);
  }

  std::vector<at::Tensor> weights(const TrainOptions& options = {}) const {
    const auto trained = run(options);
    return trained.has_value() ? trained->network->parameters() : std::vector<at::Tensor>{};
  }

  static bool same(const std::vector<at::Tensor>& left, const std::vector<at::Tensor>& right) {
    return !left.empty() && std::ranges::equal(left, right, [](const auto& a, const auto& b) { return a.equal(b); });
  }

  dataset::Sequences sequences_ = circle_walks(120, 30);
  dataset::Split split_ = last_two_held_back(sequences_);
  Settings settings_ = small_settings(30);
};

class EveryLossAndNorm : public TrainerTest, public testing::WithParamInterface<std::tuple<Loss, checkpoint::Norm>> {};

TEST_P(EveryLossAndNorm, LearnsWhatFollowsWhat) {
  settings_.loss = std::get<0>(GetParam());
  settings_.model.norm = std::get<1>(GetParam());
  settings_.negatives = settings_.loss == Loss::kBce ? 1 : 15;
  settings_.epochs = settings_.loss == Loss::kGbce ? 60 : 25;  // its many negatives first push every score down
  settings_.patience = settings_.epochs;
  const auto trained = run();
  ASSERT_TRUE(trained.has_value()) << trained.error().message;
  const auto counts = evaluation::count_items(sequences_, split_, 30);
  const auto metrics = evaluation::evaluate(sequences_, split_.test, counts, network_ranker(trained->network), {});
  const auto popular = evaluation::evaluate(sequences_, split_.test, counts, evaluation::popularity_ranker(counts), {});
  EXPECT_GT(metrics.hr[0], 0.9) << "the next step on the circle is certain";
  EXPECT_LT(popular.hr[0], 0.3);
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryLossAndNorm,
    testing::Combine(testing::Values(Loss::kBce, Loss::kGbce, Loss::kSoftmax, Loss::kSampledSoftmax),
                     testing::Values(checkpoint::Norm::kPaper, checkpoint::Norm::kPre, checkpoint::Norm::kPost)),
    [](const auto& parameters) {
      return std::string(to_string(std::get<0>(parameters.param))) + "_" +
             std::string(checkpoint::to_string(std::get<1>(parameters.param)));
    });

TEST_F(TrainerTest, TheSeedDecides) {
  const auto first = weights();
  EXPECT_TRUE(same(first, weights()));
  settings_.seed += 1;
  EXPECT_FALSE(same(first, weights()));
}

TEST_F(TrainerTest, AnInterruptedRunEndsAsIfNothingHadHappened) {
  const test::TemporaryFolder folder;
  SavedTraining state(folder.path() / "state", fingerprint(sequences_, split_, settings_));
  std::stop_source stop;
  TrainOptions interrupted{.state = &state, .stop = stop.get_token()};
  interrupted.on_step = [&](const StepReport& report) {
    if (report.epoch == 4 && report.step == 3) stop.request_stop();
  };
  const auto stopped = run(interrupted);
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, base::ErrorCode::kUnavailable);

  std::size_t first_epoch = 0;
  TrainOptions resumed{.state = &state};
  resumed.on_step = [&](const StepReport& report) {
    if (first_epoch == 0) first_epoch = report.epoch;
  };
  const auto went_on = weights(resumed);
  EXPECT_EQ(first_epoch, 4U) << "three epochs had been finished";
  EXPECT_TRUE(same(went_on, weights()));
}

TEST_F(TrainerTest, ProgressOfAnotherRunOrATornFileIsNotTakenUp) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "state";
  const SavedTraining mine(file, "mine");
  const Progress progress{.epoch = 2,
                          .weights = {at::ones({3})},
                          .best_weights = {at::ones({3})},
                          .first_moments = {at::ones({3})},
                          .second_moments = {at::ones({3})}};
  ASSERT_TRUE(mine.save(progress).has_value());
  ASSERT_TRUE(mine.load().has_value());
  EXPECT_EQ(mine.load()->epoch, 2U);
  EXPECT_TRUE(mine.load()->weights[0].equal(at::ones({3})));
  EXPECT_FALSE(SavedTraining(file, "another").load().has_value());
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_FALSE(mine.load().has_value());
  mine.clear();
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(TrainerTest, TheFingerprintFollowsDataSplitAndSettings) {
  const auto before = fingerprint(sequences_, split_, settings_);
  EXPECT_EQ(before, fingerprint(sequences_, split_, settings_));
  auto settings = settings_;
  settings.model.hidden = 32;
  EXPECT_NE(before, fingerprint(sequences_, split_, settings));
  auto split = split_;
  split.train_length[0] -= 1;
  EXPECT_NE(before, fingerprint(sequences_, split, settings_));
  auto sequences = sequences_;
  sequences.items[3].value += 1;
  EXPECT_NE(before, fingerprint(sequences, split_, settings_));
}

TEST_F(TrainerTest, ProgressThatCannotBeSavedEndsTheRun) {
  SavedTraining state("/dev/null/state", fingerprint(sequences_, split_, settings_));
  const auto trained = run({.state = &state});
  ASSERT_FALSE(trained.has_value());
  EXPECT_EQ(trained.error().code, base::ErrorCode::kIo);
  EXPECT_THAT(trained.error().message, HasSubstr("/dev/null/state"));
}

TEST_F(TrainerTest, StopsWhenItGetsNoBetter) {
  settings_.epochs = 500;
  settings_.patience = 2;
  const auto trained = run();
  ASSERT_TRUE(trained.has_value());
  EXPECT_LT(trained->epochs, 100U);
  EXPECT_EQ(trained->epochs, trained->best_epoch + 2);
}

TEST_F(TrainerTest, TheBestEpochsWeightsAreKept) {
  settings_.epochs = 500;
  settings_.patience = 2;
  const auto trained = run();
  ASSERT_TRUE(trained.has_value());
  const auto metrics = evaluation::evaluate(sequences_, split_.validation, std::vector<std::uint32_t>(31),
                                            network_ranker(trained->network), {});
  EXPECT_NEAR(metrics.ndcg[2], trained->best_ndcg, 1e-9);
}

TEST_F(TrainerTest, WithoutValidationTheLastEpochCounts) {
  split_.validation.clear();
  const auto trained = run();
  ASSERT_TRUE(trained.has_value());
  EXPECT_EQ(trained->best_epoch, settings_.epochs);
}

TEST_F(TrainerTest, ValidationThatAsksOnlyForSeenItemsTellsNothing) {
  for (const auto& asked : split_.validation) {  // as in a log of people who come back to one thing
    const auto first = sequences_.offsets[asked.user];
    sequences_.items[first + asked.position] = sequences_.items[first];
  }
  settings_.patience = 1;
  const auto trained = run();
  ASSERT_TRUE(trained.has_value());
  EXPECT_EQ(trained->epochs, settings_.epochs);
  EXPECT_EQ(trained->best_epoch, settings_.epochs);
}

TEST_F(TrainerTest, NothingToTrainOnIsSaid) {
  split_.train_length.assign(split_.train_length.size(), 1);
  EXPECT_EQ(run().error().code, base::ErrorCode::kInvalidInput);
}

TEST_F(TrainerTest, ALossThatExplodesIsSaid) {
  settings_.learning_rate = 1e30;
  settings_.warmup_steps = 0;
  const auto trained = run();
  ASSERT_FALSE(trained.has_value());
  EXPECT_THAT(trained.error().message, HasSubstr("learning_rate"));
}

TEST(ParseDevice, NamesWhatIsAllowed) {
  EXPECT_EQ(parse_device("cpu")->type(), at::kCPU);
  EXPECT_TRUE(parse_device("auto").has_value());
  EXPECT_THAT(parse_device("tpu").error().message, HasSubstr("auto, cpu, cuda"));
  const auto cuda = parse_device("cuda");
  if (!cuda) {
    EXPECT_THAT(cuda.error().message, HasSubstr("--device cpu"));
  }
}

}  // namespace
}  // namespace sasrec::training
