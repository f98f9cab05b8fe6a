#include "recommend/popularity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <boost/json/parse.hpp>

namespace sasrec::recommend {
namespace {

using base::ItemIndex;
using retrieval::ScoredItem;
using testing::ElementsAre;
using testing::HasSubstr;

base::Result<std::vector<ScoredItem>> read(const std::string& reference, std::size_t items) {
  return popular_items(boost::json::parse(reference).as_object(), items);
}

TEST(PopularItems, AreOrderedByCountThenByIndex) {
  const auto popular = read(R"({"item_counts":[5,9,5,0]})", 4);
  ASSERT_TRUE(popular);
  EXPECT_THAT(*popular, ElementsAre(ScoredItem{ItemIndex{2}, 9}, ScoredItem{ItemIndex{1}, 5},
                                    ScoredItem{ItemIndex{3}, 5}, ScoredItem{ItemIndex{4}, 0}));
}

TEST(PopularItems, TellCountsApartThatAreEqualAsFloats) {
  const auto popular = read(R"({"item_counts":[16777216,16777217]})", 2);
  ASSERT_TRUE(popular);
  EXPECT_EQ(popular->front().item, ItemIndex{2});
}

TEST(PopularItems, AreAllEqualWhereNothingWasCounted) {
  const auto popular = read("{}", 2);
  ASSERT_TRUE(popular);
  EXPECT_THAT(*popular, ElementsAre(ScoredItem{ItemIndex{1}, 0}, ScoredItem{ItemIndex{2}, 0}));
}

TEST(PopularItems, RefuseCountsThatMakeNoSense) {
  for (const auto* const counts :
       {"3", "[1]", "[1,2,3]", "[1,-2]", "[1,2.5]", "[1,\"2\"]", "[1,null]", "[1,4294967296]"}) {
    const auto popular = read(std::string(R"({"item_counts":)") + counts + "}", 2);
    ASSERT_FALSE(popular) << counts;
    EXPECT_EQ(popular.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(popular.error().message, HasSubstr("item_counts"));
  }
}

}  // namespace
}  // namespace sasrec::recommend
