#include "recommend/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "recommend/recommender.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::recommend {
namespace {

using base::ErrorCode;
using testing::AllOf;
using testing::HasSubstr;

/// What the engine answers, in the form of a golden answer.
checkpoint::GoldenAnswer answer_of(const std::filesystem::path& version, const std::vector<std::string>& history) {
  Recommender recommender(Model::load(version).value());
  Answer answer;
  EXPECT_TRUE(recommender.recommend({.history = history, .k = 5}, answer));
  checkpoint::GoldenAnswer golden{history, {}};
  for (const auto& [item, score] : answer.items) golden.top.push_back({std::string(item), score});
  return golden;
}

class ModelLoad : public testing::Test {
 protected:
  /// Loads the sample with these golden answers.
  base::Result<std::shared_ptr<const Model>> load_with(std::vector<checkpoint::GoldenAnswer> golden) {
    auto sample = test::sample_model(test::sample_config(), 7);
    sample.draft.golden = std::move(golden);
    return Model::load(test::save_sample(sample, folder_.path()));
  }

  checkpoint::GoldenAnswer right_answer() {
    const auto sample = test::sample_model(test::sample_config(), 7);
    return answer_of(test::save_sample(sample, folder_.path()), {"item-3", "item-1", "item-4"});
  }

  void expect_refused(std::vector<checkpoint::GoldenAnswer> golden, const std::string& reason) {
    const auto model = load_with(std::move(golden));
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(model.error().message, AllOf(HasSubstr("golden answer"), HasSubstr(reason)));
  }

  test::TemporaryFolder folder_;
};

TEST_F(ModelLoad, TakesAVersionOrTheCheckpointsFolder) {
  const auto version = test::save_sample(test::sample_model(test::sample_config(), 7), folder_.path());
  for (const auto& path : {version, folder_.path(), version / ""}) {
    const auto model = Model::load(path);
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ((*model)->version(), version.filename());
    EXPECT_EQ((*model)->vocabulary().size(), 12U);
    EXPECT_EQ((*model)->popular().front().item, base::ItemIndex{12});
  }
}

TEST_F(ModelLoad, AcceptsItsGoldenAnswers) {
  const auto model = load_with({right_answer(), right_answer()});
  EXPECT_TRUE(model) << model.error().message;
}

TEST_F(ModelLoad, RefusesAGoldenScoreThatTheEngineDoesNotGive) {
  auto wrong = right_answer();
  wrong.top[2].score -= 0.01F;
  expect_refused({right_answer(), wrong}, "golden answer 2: rank 3");
}

TEST_F(ModelLoad, RefusesGoldenItemsInAnotherOrder) {
  auto wrong = right_answer();
  std::swap(wrong.top[0].item, wrong.top[1].item);
  expect_refused({wrong}, "rank 1");
}

TEST_F(ModelLoad, RefusesCountsOfAnotherVocabulary) {
  auto sample = test::sample_model(test::sample_config(), 7);
  sample.draft.reference["item_counts"] = {1, 2, 3};
  const auto model = Model::load(test::save_sample(sample, folder_.path()));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(model.error().message, HasSubstr("12 numbers"));
}

TEST_F(ModelLoad, SaysWhatIsMissing) {
  const auto model = Model::load(folder_.path() / "nowhere");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(model.error().message, HasSubstr("nowhere"));
}

TEST_F(ModelLoad, LivesOnWithoutItsFiles) {
  const auto version = test::save_sample(test::sample_model(test::sample_config(), 7), folder_.path());
  const auto model = Model::load(version);
  ASSERT_TRUE(model);
  std::filesystem::remove_all(version);
  Recommender recommender(*model);
  Answer answer;
  const std::vector<std::string> history{"item-1"};
  ASSERT_TRUE(recommender.recommend({.history = history, .k = 3}, answer));
  EXPECT_EQ(answer.items.size(), 3U);
}

}  // namespace
}  // namespace sasrec::recommend
