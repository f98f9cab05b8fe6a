#include "recommend/golden.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace sasrec::recommend {
namespace {

using base::ItemIndex;
using checkpoint::GoldenItem;
using retrieval::ScoredItem;
using testing::HasSubstr;

class CompareGolden : public testing::Test {
 protected:
  base::Result<void> compare(const std::vector<GoldenItem>& golden, const std::vector<ScoredItem>& ranked) const {
    return compare_golden(golden, ranked, *vocabulary_);
  }

  base::Result<base::Vocabulary> vocabulary_ = base::Vocabulary::build({"a", "b", "c"});
};

TEST_F(CompareGolden, AcceptsScoresWithinTheTolerance) {
  EXPECT_TRUE(compare({{"a", 2.0F}, {"b", 0.5F}}, {{ItemIndex{1}, 2.00015F}, {ItemIndex{2}, 0.49995F}}));
}

TEST_F(CompareGolden, RefusesAScoreOutsideTheTolerance) {
  // Below 1 the tolerance is absolute, above it grows with the score.
  EXPECT_FALSE(compare({{"a", 0.5F}}, {{ItemIndex{1}, 0.5002F}}));
  EXPECT_FALSE(compare({{"a", 100.0F}}, {{ItemIndex{1}, 100.02F}}));
  EXPECT_TRUE(compare({{"a", 100.0F}}, {{ItemIndex{1}, 100.005F}}));
}

TEST_F(CompareGolden, AcceptsAChangeOfPlacesBetweenEqualScores) {
  EXPECT_TRUE(compare({{"a", 1.0F}, {"b", 0.99995F}}, {{ItemIndex{2}, 1.0F}, {ItemIndex{1}, 0.99998F}}));
}

TEST_F(CompareGolden, RefusesAChangeOfPlacesBetweenDifferentScores) {
  const auto result = compare({{"a", 1.0F}, {"b", 0.5F}}, {{ItemIndex{2}, 1.0F}, {ItemIndex{1}, 0.5F}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(result.error().message, HasSubstr("rank 1 is \"b\" with score 1 where \"a\" with score 1 is expected"));
}

TEST_F(CompareGolden, AcceptsAnotherItemOnlyAtTheEndOfTheList) {
  EXPECT_TRUE(compare({{"a", 1.0F}, {"b", 0.5F}}, {{ItemIndex{1}, 1.0F}, {ItemIndex{3}, 0.50001F}}));
  EXPECT_FALSE(compare({{"a", 1.0F}, {"b", 0.5F}}, {{ItemIndex{3}, 1.0F}, {ItemIndex{2}, 0.5F}}));
}

TEST_F(CompareGolden, RefusesScoresThatAreNoNumbers) {
  EXPECT_FALSE(compare({{"a", 1.0F}}, {{ItemIndex{1}, std::numeric_limits<float>::quiet_NaN()}}));
}

TEST_F(CompareGolden, RefusesListsOfAnotherLength) {
  EXPECT_FALSE(compare({{"a", 1.0F}, {"b", 0.5F}}, {{ItemIndex{1}, 1.0F}}));
  EXPECT_FALSE(compare({}, {}));
}

}  // namespace
}  // namespace sasrec::recommend
