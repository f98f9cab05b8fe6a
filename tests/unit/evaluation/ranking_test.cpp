#include "evaluation/ranking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>
#include <vector>

#include "unit/evaluation/sequences_of.hpp"

namespace sasrec::evaluation {
namespace {

using base::ItemIndex;
using testing::ElementsAre;

TEST(RankInCatalogue, CountsThoseThatScoreAsHighOrHigher) {
  //                               1     2     3     4     5
  const std::vector<float> scores{9.0F, 0.5F, 0.9F, 0.5F, 0.1F, 0.7F};
  EXPECT_EQ(rank_in_catalogue(scores, ItemIndex{2}, {}), 1U);
  EXPECT_EQ(rank_in_catalogue(scores, ItemIndex{1}, {}), 4U);  // the tie with item 3 counts against it
  EXPECT_EQ(rank_in_catalogue(scores, ItemIndex{4}, {}), 5U);
}

TEST(RankInCatalogue, ExcludedItemsDoNotCompete) {
  const std::vector<float> scores{9.0F, 0.5F, 0.9F, 0.5F, 0.1F, 0.7F};
  const std::vector excluded{ItemIndex{2}, ItemIndex{3}, ItemIndex{4}};
  EXPECT_EQ(rank_in_catalogue(scores, ItemIndex{1}, excluded), 2U);
}

TEST(RankInCatalogue, ScoresThatAreNoNumberNeverHelpTheTarget) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> scores{0.0F, 0.5F, nan, 0.2F};
  EXPECT_EQ(rank_in_catalogue(scores, ItemIndex{1}, {}), 2U);
  EXPECT_EQ(rank_in_catalogue(scores, ItemIndex{2}, {}), kMiss);
}

TEST(RankAmong, LooksAtTheNegativesOnly) {
  const std::vector<float> scores{9.0F, 0.5F, 0.9F, 0.5F, 0.1F, 0.7F};
  EXPECT_EQ(rank_among(scores, ItemIndex{1}, std::vector{ItemIndex{4}}), 1U);
  EXPECT_EQ(rank_among(scores, ItemIndex{1}, std::vector{ItemIndex{3}, ItemIndex{4}}), 2U);
  EXPECT_EQ(rank_among(scores, ItemIndex{1}, std::vector{ItemIndex{2}, ItemIndex{5}, ItemIndex{4}}), 3U);
}

TEST(TopList, OrdersByScoreThenByNumberAndLeavesOutSeenItems) {
  const auto sequences = sequences_of({{2, 1}});
  SeenItems seen(sequences, 4);
  seen.move_to({.user = 0, .position = 1});
  const std::vector<float> scores{9.0F, 0.5F, 0.9F, 0.5F, std::numeric_limits<float>::quiet_NaN()};
  TopList top;
  top.select(scores, seen, Seen::kInclude);
  EXPECT_THAT(top.items(), ElementsAre(ItemIndex{2}, ItemIndex{1}, ItemIndex{3}));
  top.select(scores, seen, Seen::kExclude);
  EXPECT_THAT(top.items(), ElementsAre(ItemIndex{1}, ItemIndex{3}));
}

class NegativeSamplerTest : public testing::Test {
 protected:
  static constexpr std::size_t kItems = 20;

  std::vector<std::uint32_t> draw(std::size_t negatives, std::uint64_t seed, std::uint32_t position) {
    NegativeSampler sampler(kItems, negatives, seed);
    seen_.move_to({.user = 0, .position = position});
    std::vector<std::uint32_t> drawn;
    for (const auto item : sampler.draw({.user = 0, .position = position}, ItemIndex{7}, seen_)) {
      drawn.push_back(item.value);
    }
    return drawn;
  }

  dataset::Sequences sequences_ = sequences_of({std::vector<std::uint32_t>(3000, 5)});
  SeenItems seen_{sequences_, kItems};
};

TEST_F(NegativeSamplerTest, DrawsDistinctItemsThatAreNeitherSeenNorTheTarget) {
  for (std::uint32_t position = 1; position < 200; ++position) {
    const auto drawn = draw(10, 1, position);
    const std::set<std::uint32_t> distinct(drawn.begin(), drawn.end());
    EXPECT_EQ(distinct.size(), 10U);
    EXPECT_FALSE(distinct.contains(0) || distinct.contains(5) || distinct.contains(7));
    EXPECT_LE(*distinct.rbegin(), kItems);
  }
}

TEST_F(NegativeSamplerTest, TakesAllThereAreIfTheyAreTooFew) {
  EXPECT_EQ(draw(18, 1, 1).size(), 18U);
  EXPECT_EQ(draw(100, 1, 1).size(), 18U);  // 20 items without the one seen and the target
}

TEST_F(NegativeSamplerTest, DependsOnSeedAndCaseOnly) {
  const auto first = draw(10, 1, 1);
  EXPECT_NE(draw(10, 1, 2), first);
  EXPECT_NE(draw(10, 2, 1), first);
  EXPECT_EQ(draw(10, 1, 1), first);
}

TEST_F(NegativeSamplerTest, IsUniform) {
  std::map<std::uint32_t, int> counts;
  constexpr std::uint32_t kDraws = 2700;
  for (std::uint32_t position = 1; position <= kDraws; ++position) ++counts[draw(1, 1, position).front()];
  EXPECT_EQ(counts.size(), 18U);
  // 150 expected each, with a standard deviation of 12; the seed is fixed.
  for (const auto& [item, count] : counts) EXPECT_NEAR(count, 150, 5 * 12) << item;
}

}  // namespace
}  // namespace sasrec::evaluation
