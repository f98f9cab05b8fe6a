#include "retrieval/item_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace sasrec::retrieval {
namespace {

using base::ItemIndex;

std::vector<float> random_floats(std::size_t size, unsigned seed, bool integers) {
  std::mt19937 random(seed);
  std::vector<float> values(size);
  for (float& value : values) {
    value = integers ? static_cast<float>(random() % 3U) - 1.0F
                     : std::uniform_real_distribution<float>(-1.0F, 1.0F)(random);
  }
  return values;
}

std::vector<ScoredItem> full_sort(const ItemTable& table, const std::vector<float>& state, std::size_t k,
                                  const Exclusions& exclusions) {
  std::vector<float> scores(table.items() + 1);
  table.score_all(state, scores);
  std::vector<ScoredItem> all;
  for (std::uint32_t i = 1; i <= table.items(); ++i) {
    if (!exclusions.contains(ItemIndex{i})) {
      all.push_back({ItemIndex{i}, scores[i]});
    }
  }
  // The rule for ties written a second way.
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(-a.score, a.item.value) < std::pair(-b.score, b.item.value);
  });
  all.resize(std::min(all.size(), k));
  return all;
}

class ItemTableTest : public testing::TestWithParam<const kernels::Kernels*> {};
std::string name_of(const testing::TestParamInfo<const kernels::Kernels*>& info) {
  return info.param->name;
}
INSTANTIATE_TEST_SUITE_P(All, ItemTableTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()), name_of);

TEST_P(ItemTableTest, ScoresAreDotProducts) {
  for (const std::size_t hidden : {1U, 5U, 16U, 50U}) {
    constexpr std::size_t kItems = 40;
    const auto embeddings = random_floats((kItems + 1) * hidden, 1, true);
    const auto state = random_floats(hidden, 2, true);
    const ItemTable table(embeddings, kItems, hidden, *GetParam());
    std::vector<float> scores(kItems + 1);
    table.score_all(state, scores);
    EXPECT_EQ(scores[0], -std::numeric_limits<float>::infinity());
    for (std::uint32_t i = 1; i <= kItems; ++i) {
      const auto row = table.row(ItemIndex{i});
      ASSERT_TRUE(std::equal(row.begin(), row.end(), embeddings.begin() + i * static_cast<std::ptrdiff_t>(hidden),
                             embeddings.begin() + (i + 1) * static_cast<std::ptrdiff_t>(hidden)));
      float expected = 0;
      for (std::size_t c = 0; c < hidden; ++c) {
        expected += row[c] * state[c];
      }
      ASSERT_EQ(scores[i], expected) << "hidden " << hidden << ", item " << i;
    }
  }
}

// Values of -1, 0 and 1 make a score tie with hundreds of others.
TEST_P(ItemTableTest, TopKIsTheFullSort) {
  for (const bool ties : {true, false}) {
    for (const std::size_t items : {1U, 15U, 255U, 256U, 257U, 1500U}) {
      constexpr std::size_t kHidden = 10;
      const auto embeddings = random_floats((items + 1) * kHidden, 3, ties);
      const auto state = random_floats(kHidden, 4, ties);
      const ItemTable table(embeddings, items, kHidden, *GetParam());
      Exclusions exclusions(items);
      std::vector<ScoredItem> result;
      for (const std::size_t excluded_every : {0U, 1U, 2U, 7U}) {
        exclusions.clear();
        for (std::uint32_t i = 1; excluded_every != 0 && i <= items; i += static_cast<std::uint32_t>(excluded_every)) {
          exclusions.add(ItemIndex{i});
        }
        for (const std::size_t k : {0U, 1U, 2U, 10U, 255U, 256U, 1000U, 5000U}) {
          table.top_k(state, k, exclusions, result);
          ASSERT_EQ(result, full_sort(table, state, k, exclusions))
              << items << " items, k " << k << ", excluded every " << excluded_every;
        }
      }
    }
  }
}

TEST_P(ItemTableTest, EqualScoresAreOrderedByItem) {
  constexpr std::size_t kItems = 700;
  const std::vector<float> embeddings(kItems + 1, 1.0F);
  const ItemTable table(embeddings, kItems, 1, *GetParam());
  Exclusions exclusions(kItems);
  exclusions.add(ItemIndex{2});
  std::vector<ScoredItem> result;
  table.top_k(std::vector<float>{0.5F}, 3, exclusions, result);
  EXPECT_EQ(result, (std::vector<ScoredItem>{{ItemIndex{1}, 0.5F}, {ItemIndex{3}, 0.5F}, {ItemIndex{4}, 0.5F}}));
}

TEST_P(ItemTableTest, TheBestMayComeLastOrFallAllTheWay) {
  constexpr std::size_t kItems = 2000;
  for (const float direction : {1.0F, -1.0F}) {
    std::vector<float> embeddings(kItems + 1);
    for (std::size_t i = 0; i <= kItems; ++i) {
      embeddings[i] = direction * static_cast<float>(i);
    }
    const ItemTable table(embeddings, kItems, 1, *GetParam());
    std::vector<ScoredItem> result;
    table.top_k(std::vector<float>{1.0F}, 100, Exclusions(kItems), result);
    ASSERT_EQ(result.size(), 100U);
    for (std::uint32_t rank = 0; rank < 100; ++rank) {
      ASSERT_EQ(result[rank].item.value, direction > 0 ? kItems - rank : 1 + rank);
    }
  }
}

TEST(Exclusions, HoldsWhatWasAddedUntilCleared) {
  Exclusions exclusions(5);
  EXPECT_FALSE(exclusions.contains(ItemIndex{3}));
  exclusions.add(ItemIndex{3});
  exclusions.add(ItemIndex{3});
  exclusions.add(ItemIndex{5});
  EXPECT_TRUE(exclusions.contains(ItemIndex{3}));
  EXPECT_TRUE(exclusions.contains(ItemIndex{5}));
  EXPECT_FALSE(exclusions.contains(ItemIndex{4}));
  EXPECT_EQ(exclusions.size(), 2U);
  exclusions.clear();
  EXPECT_FALSE(exclusions.contains(ItemIndex{3}));
  EXPECT_EQ(exclusions.size(), 0U);
}

}  // namespace
}  // namespace sasrec::retrieval
