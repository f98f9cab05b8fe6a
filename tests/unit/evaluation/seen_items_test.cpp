#include "evaluation/seen_items.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/evaluation/sequences_of.hpp"

namespace sasrec::evaluation {
namespace {

using base::ItemIndex;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(SeenItems, FollowsAUserAndStartsAnewForOthers) {
  const auto sequences = sequences_of({{3, 0, 1, 3, 2}, {4, 4}});
  SeenItems seen(sequences, 4);
  EXPECT_THAT(seen.distinct(), IsEmpty());
  seen.move_to({.user = 0, .position = 2});
  EXPECT_THAT(seen.distinct(), ElementsAre(ItemIndex{3}));
  seen.move_to({.user = 0, .position = 4});
  EXPECT_THAT(seen.distinct(), ElementsAre(ItemIndex{3}, ItemIndex{1}));
  EXPECT_FALSE(seen.contains(ItemIndex{2}));
  EXPECT_FALSE(seen.contains(base::kPadding));
  seen.move_to({.user = 1, .position = 1});
  EXPECT_THAT(seen.distinct(), ElementsAre(ItemIndex{4}));
  EXPECT_FALSE(seen.contains(ItemIndex{3}));
  seen.move_to({.user = 0, .position = 1});  // backwards
  EXPECT_THAT(seen.distinct(), ElementsAre(ItemIndex{3}));
}

}  // namespace
}  // namespace sasrec::evaluation
