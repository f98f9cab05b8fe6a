#include "training/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sasrec::training {
namespace {

using testing::HasSubstr;

constexpr DataShape kMovieLens{.users = 6040, .items = 3416, .interactions = 987'531, .length_p90 = 398};

base::Result<Settings> with(const std::vector<std::string>& overrides) {
  return make_settings("default", kMovieLens, overrides);
}

TEST(Settings, ThePaperRecipeIsThePapers) {
  const auto settings = make_settings("paper", kMovieLens, {});
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->loss, Loss::kBce);
  EXPECT_EQ(settings->negatives, 1U);
  EXPECT_EQ(settings->model.hidden, 50U);
  EXPECT_EQ(settings->model.blocks, 2U);
  EXPECT_EQ(settings->model.heads, 1U);
  EXPECT_EQ(settings->model.max_length, 200U);
  EXPECT_FLOAT_EQ(settings->model.dropout, 0.2F);
  EXPECT_EQ(settings->windows, Windows::kLast);
}

TEST(Settings, OverridesStandOnTopOfTheRecipe) {
  const auto settings = with({"loss=gbce", "negatives=64", "hidden=32", "norm=post", "dropout=0.5", "seed=7",
                              "schedule=cosine", "windows=last", "activation=relu"});
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->loss, Loss::kGbce);
  EXPECT_EQ(settings->negatives, 64U);
  EXPECT_EQ(settings->model.hidden, 32U);
  EXPECT_EQ(settings->model.feed_forward, 32U) << "follows hidden unless it is given";
  EXPECT_EQ(settings->model.norm, checkpoint::Norm::kPost);
  EXPECT_EQ(settings->schedule, Schedule::kCosine);
  EXPECT_EQ(settings->windows, Windows::kLast);
  EXPECT_EQ(settings->seed, 7U);
  EXPECT_EQ(with({"hidden=32", "feed_forward=100"})->model.feed_forward, 100U);
}

TEST(Settings, LossesThatNeedNegativesGetThem) {
  EXPECT_GT(with({"loss=gbce"})->negatives, 0U);
  EXPECT_GT(with({"loss=sampled_softmax"})->negatives, 0U);
  EXPECT_EQ(with({"loss=bce", "negatives=9"})->negatives, 1U);
  EXPECT_EQ(with({"loss=gbce", "negatives=100000"})->negatives, kMovieLens.items) << "no more than there are";
}

TEST(Settings, WrongOnesSayWhatIsAllowed) {
  const auto message = [](const std::vector<std::string>& overrides) {
    return with(overrides).error().message;
  };
  EXPECT_THAT(message({"speed=9"}), testing::AllOf(HasSubstr("speed=9"), HasSubstr("learning_rate")));
  EXPECT_THAT(message({"hidden"}), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(message({"loss=mse"}), testing::AllOf(HasSubstr("loss"), HasSubstr("sampled_softmax")));
  EXPECT_THAT(message({"hidden=much"}), testing::AllOf(HasSubstr("hidden"), HasSubstr("much")));
  EXPECT_THAT(message({"hidden=0"}), HasSubstr("from 1"));
  EXPECT_THAT(message({"dropout=1"}), HasSubstr("dropout"));
  EXPECT_THAT(message({"dropout=nan"}), HasSubstr("dropout"));
  EXPECT_THAT(message({"hidden=50", "heads=4"}), HasSubstr("heads"));
  EXPECT_THAT(make_settings("best", kMovieLens, {}).error().message,
              testing::AllOf(HasSubstr("best"), HasSubstr("paper")));
}

TEST(Settings, JsonHoldsWhatOverridesCanSet) {
  const auto json = to_json(*with({"loss=gbce", "learning_rate=0.005"}));
  EXPECT_EQ(json.at("loss").as_string(), "gbce");
  EXPECT_DOUBLE_EQ(json.at("learning_rate").as_double(), 0.005);
  EXPECT_EQ(json.at("recipe").as_string(), "default");
  EXPECT_FALSE(json.contains("hidden")) << "stands with the model's config";
}

TEST(UsefulThreads, FollowTheWorkOfAStep) {
  const auto threads = [](const std::string& recipe, const DataShape& data) {
    return useful_threads(make_settings(recipe, data, {}).value(), data, 8);
  };
  EXPECT_EQ(threads("default", kMovieLens), 8U);
  EXPECT_EQ(threads("paper", kMovieLens), 8U);
  const DataShape small{.users = 671, .items = 9011, .interactions = 98'662, .length_p90 = 321};
  EXPECT_EQ(threads("default", small), 2U);
  const DataShape tiny{.users = 200, .items = 40, .interactions = 1138, .length_p90 = 10};
  EXPECT_EQ(threads("default", tiny), 1U);
  EXPECT_EQ(threads("paper", tiny), 1U) << "what is padded to 200 items has 5";
  EXPECT_EQ(useful_threads(*with({}), kMovieLens, 2), 2U) << "never more than there are cores";
}

}  // namespace
}  // namespace sasrec::training
