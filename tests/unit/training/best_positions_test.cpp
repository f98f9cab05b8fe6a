#include "training/best_positions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace sasrec::training {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(BestPositions, AreByFallingScoreAndEqualOnesByPosition) {
  const std::vector<float> scores{1, 3, 2, 3, 0};
  EXPECT_THAT(best_positions(scores, 3), ElementsAre(1, 3, 2));
  EXPECT_THAT(best_positions(scores, 1), ElementsAre(1));
  EXPECT_THAT(best_positions(scores, 9), ElementsAre(1, 3, 2, 0, 4));
  EXPECT_THAT(best_positions(scores, 0), IsEmpty());
  EXPECT_THAT(best_positions({}, 3), IsEmpty());
}

TEST(BestPositions, MinusInfinityIsLeftOutWhateverTheCount) {
  const float none = -std::numeric_limits<float>::infinity();
  const std::vector<float> scores{none, -1e30F, none, 5};
  EXPECT_THAT(best_positions(scores, 4), ElementsAre(3, 1));
  EXPECT_THAT(best_positions(scores, 1), ElementsAre(3));
}

}  // namespace
}  // namespace sasrec::training
