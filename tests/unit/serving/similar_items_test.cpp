#include "serving/similar_items.hpp"

#include <gtest/gtest.h>

#include "recommend/recommender.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;

TEST(SimilarItems, AreThoseOfTheRecommender) {
  const test::TemporaryFolder folder;
  const auto model =
      recommend::Model::load(test::save_sample(test::sample_model(test::sample_config(), 3), folder.path())).value();
  versions::Slot slot;
  slot.put(model);
  const auto similar = similar_items(slot, "item-4", 5);
  ASSERT_TRUE(similar);
  EXPECT_EQ(similar->model, model->version());
  const auto expected = recommend::Recommender(model).similar("item-4", 5).value();
  ASSERT_EQ(similar->items.size(), 5U);
  for (std::size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(similar->items[n], (base::ScoredId{std::string(expected.items[n].item), expected.items[n].score}));
  }
  EXPECT_EQ(similar_items(slot, "who", 5).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(similar_items(slot, "item-4", 0).error().code, ErrorCode::kInvalidInput);
}

TEST(SimilarItems, AreUnavailableBeforeThereIsAModel) {
  const auto none = similar_items(versions::Slot(), "item-4", 5);
  EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(none.error().message, kNoModel);
}

}  // namespace
}  // namespace sasrec::serving
