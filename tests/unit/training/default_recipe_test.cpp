#include "training/default_recipe.hpp"

#include <gtest/gtest.h>

namespace sasrec::training {
namespace {

TEST(DefaultRecipe, FollowsTheData) {
  const auto large = default_recipe({.users = 6040, .items = 3416, .interactions = 987'531, .length_p90 = 398});
  const auto small = default_recipe({.users = 500, .items = 900, .interactions = 20'000, .length_p90 = 60});
  const auto wide = default_recipe({.users = 90'000, .items = 400'000, .interactions = 900'000, .length_p90 = 9});
  EXPECT_GT(large.model.hidden, small.model.hidden);
  EXPECT_EQ(large.model.max_length, 200U);
  EXPECT_LT(small.model.max_length, 200U);
  EXPECT_EQ(large.loss, Loss::kSoftmax);
  EXPECT_EQ(wide.loss, Loss::kSampledSoftmax);
  EXPECT_GT(wide.negatives, 0U);
  EXPECT_LT(small.batch, large.batch);
}

TEST(DefaultRecipe, AStepHasAboutAHundredthOfTheLogAndAPowerOfTwoOfSequences) {
  for (const std::size_t interactions : {500U, 100'000U, 1'000'000U, 50'000'000U}) {
    const auto settings =
        default_recipe({.users = 1000, .items = 3000, .interactions = interactions, .length_p90 = 40});
    EXPECT_EQ(settings.batch & (settings.batch - 1), 0U) << settings.batch;
    const auto items = settings.batch * settings.model.max_length;
    EXPECT_GE(items, 512 / 2);
    EXPECT_LE(items, 12'800 * 2);
    if (interactions == 1'000'000U) {
      EXPECT_NEAR(static_cast<double>(items), 10'000, 5'000);
    }
  }
}

TEST(DefaultRecipe, ALargeCatalogueIsSampled) {
  DataShape data{.users = 1000, .items = 50'000, .interactions = 400'000, .length_p90 = 40};
  EXPECT_EQ(default_recipe(data).loss, Loss::kSoftmax);
  data.items = 50'001;
  EXPECT_EQ(default_recipe(data).loss, Loss::kSampledSoftmax);
  EXPECT_EQ(default_recipe(data).negatives, 4096U);
}

}  // namespace
}  // namespace sasrec::training
