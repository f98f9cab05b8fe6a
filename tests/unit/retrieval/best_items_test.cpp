#include "retrieval/best_items.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace sasrec::retrieval {
namespace {

using base::ItemIndex;

// Scores of few values tie often; items come in any order.
TEST(BestItems, AreTheFirstOfAFullSort) {
  std::mt19937 random(3);
  for (const std::size_t k : {1U, 2U, 3U, 7U, 64U, 300U}) {
    std::vector<ScoredItem> offered;
    for (std::uint32_t n = 1; n <= 200; ++n) offered.push_back({ItemIndex{n}, static_cast<float>(random() % 20U)});
    std::ranges::shuffle(offered, random);
    std::vector<ScoredItem> result{{ItemIndex{999}, 1e9F}};  // is cleared
    BestItems best(k, result);
    for (const auto& one : offered) best.offer(one);
    EXPECT_EQ(best.full(), k <= offered.size());
    best.finish();
    std::ranges::sort(offered, ranks_before);
    offered.resize(std::min(k, offered.size()));
    EXPECT_EQ(result, offered) << "k " << k;
  }
}

TEST(BestItems, TheThresholdIsTheLastScoreThatStillCounts) {
  std::vector<ScoredItem> result;
  BestItems best(2, result);
  best.offer({ItemIndex{1}, 1});
  EXPECT_FALSE(best.full());
  best.offer({ItemIndex{2}, 3});
  ASSERT_TRUE(best.full());
  EXPECT_EQ(best.threshold(), 1);
  best.offer({ItemIndex{3}, 2});
  EXPECT_EQ(best.threshold(), 2);
  best.offer({ItemIndex{4}, 2});  // an equal score with a larger number ranks behind
  best.finish();
  EXPECT_EQ(result, (std::vector<ScoredItem>{{ItemIndex{2}, 3}, {ItemIndex{3}, 2}}));
}

}  // namespace
}  // namespace sasrec::retrieval
