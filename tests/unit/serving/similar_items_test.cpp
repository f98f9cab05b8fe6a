#include "serving/similar_items.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "recommend/recommender.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;

const catalogue::Catalogue kNothingListed({});

TEST(SimilarItems, AreThoseOfTheRecommender) {
  const test::TemporaryFolder folder;
  const auto model =
      recommend::Model::load(test::save_sample(test::sample_model(test::sample_config(), 3), folder.path())).value();
  versions::Slot slot;
  slot.put(model);
  const auto similar = similar_items(slot, kNothingListed, "item-4", 5);
  ASSERT_TRUE(similar);
  EXPECT_EQ(similar->model, model->version());
  const auto expected = recommend::Recommender(model).similar("item-4", 5).value();
  ASSERT_EQ(similar->items.size(), 5U);
  for (std::size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(similar->items[n], (base::ScoredId{std::string(expected.items[n].item), expected.items[n].score}));
  }
  EXPECT_EQ(similar_items(slot, kNothingListed, "who", 5).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(similar_items(slot, kNothingListed, "item-4", 0).error().code, ErrorCode::kInvalidInput);
}

TEST(SimilarItems, AreAllAvailableOnesHoweverManyAreNot) {
  const test::TemporaryFolder folder;
  const auto model =
      recommend::Model::load(test::save_sample(test::sample_model(test::sample_config(), 3), folder.path())).value();
  versions::Slot slot;
  slot.put(model);
  const auto all = similar_items(slot, kNothingListed, "item-4", bus::kMaxK).value().items;
  ASSERT_EQ(all.size(), 11U);
  // The nearest ones are unavailable, one, two, ... of them: what is left keeps its order, and k is filled from it.
  for (std::size_t away = 1; away <= all.size(); ++away) {
    std::vector<bus::CatalogueItem> items;
    for (std::size_t n = 0; n < away; ++n) items.push_back({.id = all[n].item, .available = false});
    const catalogue::Catalogue listed(std::move(items));
    for (const std::size_t k : {std::size_t{1}, std::size_t{3}, std::size_t{600}, bus::kMaxK}) {
      const auto similar = similar_items(slot, listed, "item-4", k);
      ASSERT_TRUE(similar) << similar.error().message;
      const std::vector left(all.begin() + static_cast<std::ptrdiff_t>(away), all.end());
      const std::vector expected(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(std::min(k, left.size())));
      EXPECT_EQ(similar->items, expected) << away << " away, k = " << k;
    }
  }
}

TEST(SimilarItems, AreUnavailableBeforeThereIsAModel) {
  const auto none = similar_items(versions::Slot(), kNothingListed, "item-4", 5);
  EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(none.error().message, kNoModel);
}

}  // namespace
}  // namespace sasrec::serving
