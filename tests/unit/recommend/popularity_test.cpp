#include "recommend/popularity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace sasrec::recommend {
namespace {

using base::ItemIndex;
using retrieval::ScoredItem;
using testing::ElementsAre;

TEST(PopularItems, AreOrderedByCountThenByIndex) {
  EXPECT_THAT(popular_items(std::vector<std::uint32_t>{5, 9, 5, 0}),
              ElementsAre(ScoredItem{ItemIndex{2}, 9}, ScoredItem{ItemIndex{1}, 5}, ScoredItem{ItemIndex{3}, 5},
                          ScoredItem{ItemIndex{4}, 0}));
}

TEST(PopularItems, TellCountsApartThatAreEqualAsFloats) {
  const auto popular = popular_items(std::vector<std::uint32_t>{16777216, 16777217});
  EXPECT_EQ(popular.front().item, ItemIndex{2});
}

TEST(PopularItems, AreInOrderOfIndexWhereNothingWasCounted) {
  EXPECT_THAT(popular_items(std::vector<std::uint32_t>{0, 0}),
              ElementsAre(ScoredItem{ItemIndex{1}, 0}, ScoredItem{ItemIndex{2}, 0}));
}

}  // namespace
}  // namespace sasrec::recommend
