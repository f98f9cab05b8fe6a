#include "retrieval/search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "base/cores.hpp"
#include "base/parallel.hpp"

namespace sasrec::retrieval {
namespace {

using base::ItemIndex;

class SearchTest : public testing::TestWithParam<const kernels::Kernels*> {
 protected:
  float normal() { return std::normal_distribution<float>()(random_); }

  /// Row 0 is padding. Items of `kinds` kinds, each near its own middle; integers: numbers of -1, 0 and 1, so that
  /// scores tie with hundreds of others.
  std::vector<float> embeddings(std::size_t items, std::size_t hidden, std::size_t kinds, bool integers = false) {
    std::vector<float> middles(kinds * hidden);
    for (float& value : middles) value = normal();
    std::vector<float> made((items + 1) * hidden);
    for (std::size_t n = hidden; n < made.size(); ++n) {
      const std::size_t kind = n / hidden * 7919 % kinds;
      made[n] =
          integers ? static_cast<float>(random_() % 3U) - 1.0F : middles[kind * hidden + n % hidden] + 0.3F * normal();
    }
    return made;
  }

  std::vector<float> state(std::size_t hidden) {
    std::vector<float> made(hidden);
    for (float& value : made) value = normal();
    return made;
  }

  /// Whether the search gives, bit by bit, what the scan of the whole table gives: for each state alone, by one thread
  /// and by several, and for all of them at once.
  void expect_exact(const ItemTable& table, const std::vector<std::vector<float>>& states, const Exclusions& exclusions,
                    std::initializer_list<std::size_t> ks) {
    std::vector<Asked> batch;
    for (const std::size_t k : ks) {
      for (const auto& state : states) batch.push_back({state, k, &exclusions});
    }
    const CodeTable codes(table);
    Search search(table, codes);
    Search in_parts(table, codes, {.max = 3, .groups_for_each = 1});
    for (const auto& one : batch) {
      expect_exact(table, search, {one});
      expect_exact(table, in_parts, {one});
    }
    expect_exact(table, search, batch);
    expect_exact(table, in_parts, batch);
  }

  struct Asked {
    std::vector<float> state;
    std::size_t k;
    const Exclusions* exclusions;
  };
  static void expect_exact(const ItemTable& table, Search& search, const std::vector<Asked>& batch) {
    std::vector<std::vector<ScoredItem>> found(batch.size());
    std::vector<SearchRequest> requests;
    requests.reserve(batch.size());
    for (std::size_t n = 0; n < batch.size(); ++n) {
      requests.push_back(
          {.state = batch[n].state, .k = batch[n].k, .exclusions = batch[n].exclusions, .result = &found[n]});
    }
    search.top_k(requests);
    std::vector<ScoredItem> expected;
    for (std::size_t n = 0; n < batch.size(); ++n) {
      table.top_k(batch[n].state, batch[n].k, *batch[n].exclusions, expected);
      ASSERT_EQ(found[n], expected) << table.items() << " items, hidden " << table.hidden() << ", k " << batch[n].k
                                    << ", request " << n << " of " << batch.size();
    }
  }

  std::mt19937 random_{5};
};

std::string name_of(const testing::TestParamInfo<const kernels::Kernels*>& info) {
  return info.param->name;
}
INSTANTIATE_TEST_SUITE_P(All, SearchTest, testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         name_of);

TEST_P(SearchTest, IsTheScanAtEverySize) {
  for (const std::size_t hidden : {1U, 7U, 8U, 50U, 64U, 96U}) {
    for (const std::size_t items : {1U, 15U, 16U, 17U, 255U, 256U, 257U, 3000U}) {
      for (const bool integers : {false, true}) {
        const ItemTable table(embeddings(items, hidden, 20, integers), items, hidden, *GetParam());
        std::vector<std::vector<float>> states{state(hidden), std::vector<float>(hidden, 1.0F)};
        expect_exact(table, states, Exclusions(items), {1U, 10U, 256U, 1000U, 5000U});
      }
    }
  }
}

TEST_P(SearchTest, LeavesOutWhatIsExcluded) {
  constexpr std::size_t kItems = 2000;
  constexpr std::size_t kHidden = 32;
  const ItemTable table(embeddings(kItems, kHidden, 30), kItems, kHidden, *GetParam());
  for (const std::uint32_t every : {1U, 2U, 7U}) {
    Exclusions exclusions(kItems);
    for (std::uint32_t n = 1; n <= kItems; n += every) exclusions.add(ItemIndex{n});
    expect_exact(table, {state(kHidden), state(kHidden)}, exclusions, {1U, 10U, 1500U});
  }
  Exclusions all_but_three(kItems);
  for (std::uint32_t n = 4; n <= kItems; ++n) all_but_three.add(ItemIndex{n});
  expect_exact(table, {state(kHidden)}, all_but_three, {1U, 3U, 10U});
}

// The requests of a batch have nothing to do with each other: not their number of items, not what they leave out, and
// not those among them that the codes can't answer.
TEST_P(SearchTest, ABatchIsTheScanOfEachOfItsRequests) {
  constexpr std::size_t kItems = 3000;
  for (const std::size_t hidden : {24U, 64U}) {
    const ItemTable table(embeddings(kItems, hidden, 40), kItems, hidden, *GetParam());
    const CodeTable codes(table);
    Search search(table, codes);
    std::vector<Exclusions> exclusions;
    std::vector<Asked> batch;
    const std::size_t most = 2 * Search::kMaxAtOnce + 3;
    for (std::size_t n = 0; n < most; ++n) {
      exclusions.emplace_back(kItems);
      for (std::size_t out = 0; out < 40 * n; ++out)
        exclusions[n].add(ItemIndex{1 + static_cast<std::uint32_t>(random_() % kItems)});
    }
    for (std::size_t n = 0; n < most; ++n) {
      auto asked = n % 11 == 5 ? std::vector<float>(hidden) : state(hidden);
      batch.push_back({std::move(asked), n % 7 == 6 ? 0 : 1 + n * n, &exclusions[n]});
    }
    for (const std::size_t size : {2U, 3U, 4U, 5U, 8U, 15U, 16U, 17U, 35U}) {
      expect_exact(table, search, {batch.begin(), batch.begin() + size});
    }
  }
}

TEST_P(SearchTest, OneRequestHasTheThreadsThatAreFreeAndWorthIt) {
  constexpr std::size_t kItems = 20 * CodeTable::kGroup;
  constexpr std::size_t kHidden = 16;
  const std::size_t cores = base::default_threads();
  const ItemTable table(embeddings(kItems, kHidden, 30), kItems, kHidden, *GetParam());
  const CodeTable codes(table);
  const Exclusions none(kItems);
  std::vector<ScoredItem> found;
  const auto threads = [&](Search::Threads given) {
    Search search(table, codes, given);
    search.top_k(state(kHidden), 10, none, found);
    EXPECT_GT(search.effort().rows, 0U);
    EXPECT_LE(search.effort().groups, codes.groups());
    return search.effort().threads;
  };
  EXPECT_EQ(threads({}), 1U) << "a small table";
  EXPECT_EQ(threads({.max = 100, .groups_for_each = 10}), std::min<std::size_t>(2, cores));
  EXPECT_EQ(threads({.max = 1, .groups_for_each = 1}), 1U);
  const base::CoreClaim others(cores);
  EXPECT_EQ(threads({.max = 2, .groups_for_each = 1}), 1U) << "the cores are others' now";
}

// The codes of a state meet in 16 bits: one whose numbers are all large has to be rounded the more for that.
TEST_P(SearchTest, IsExactForStatesOfEqualNumbers) {
  constexpr std::size_t kItems = 1000;
  for (const std::size_t hidden : {64U, 256U, 1024U}) {
    const ItemTable table(embeddings(kItems, hidden, 10), kItems, hidden, *GetParam());
    std::vector<float> turns(hidden);
    for (std::size_t c = 0; c < hidden; ++c) turns[c] = c % 4 < 2 ? -3.0F : 3.0F;
    expect_exact(table, {std::vector<float>(hidden, 1.0F), std::vector<float>(hidden, -0.01F), turns, state(hidden)},
                 Exclusions(kItems), {10U});
  }
}

// Nearly every item comes near the threshold then: more than are kept in mind.
TEST_P(SearchTest, IsTheScanWhereOnlyPoorItemsAreAllowed) {
  constexpr std::size_t kItems = 60'000;
  constexpr std::size_t kHidden = 8;
  const ItemTable table(embeddings(kItems, kHidden, 1), kItems, kHidden, *GetParam());
  const auto asked = state(kHidden);
  std::vector<float> scores(kItems + 1);
  table.score_all(asked, scores);
  Exclusions exclusions(kItems);
  for (std::uint32_t n = 1; n <= kItems; ++n) {
    if (scores[n] > scores[kItems / 2] || n % 50 != 0) exclusions.add(ItemIndex{n});
  }
  expect_exact(table, {asked}, exclusions, {1U, 10U, 100U});
}

TEST_P(SearchTest, IsExactForNumbersOfEverySize) {
  constexpr std::size_t kItems = 1500;
  constexpr std::size_t kHidden = 24;
  for (const float size : {1e-30F, 1e-10F, 1.0F, 1e8F, 1e18F}) {
    auto made = embeddings(kItems, kHidden, 10);
    for (float& value : made) value *= size;
    // Blocks with an item that is far larger than the others, and items of zeros.
    for (std::size_t n = 0; n < kItems; n += 100) made[(n + 1) * kHidden + 3] *= 1e4F;
    for (std::size_t n = 50; n < kItems; n += 100) std::fill_n(&made[n * kHidden], kHidden, 0.0F);
    const ItemTable table(made, kItems, kHidden, *GetParam());
    for (const float length : {1e-35F, 1e-15F, 1e-5F, 1.0F, 1e10F}) {
      auto asked = state(kHidden);
      for (float& value : asked) value *= length;
      auto one_number = std::vector<float>(kHidden, 0.0F);
      one_number[5] = length;
      expect_exact(table, {asked, one_number, std::vector<float>(kHidden, 0.0F)}, Exclusions(kItems), {10U});
    }
  }
}

TEST_P(SearchTest, ScansWhereNoBoundHolds) {
  constexpr std::size_t kItems = 600;
  constexpr std::size_t kHidden = 8;
  auto made = embeddings(kItems, kHidden, 10);
  made[kHidden + 1] = 1e30F;
  const ItemTable large(made, kItems, kHidden, *GetParam());
  EXPECT_FALSE(CodeTable(large).usable());
  expect_exact(large, {state(kHidden)}, Exclusions(kItems), {10U});
  made[kHidden + 1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(CodeTable(ItemTable(made, kItems, kHidden, *GetParam())).usable());

  made[kHidden + 1] = 0;
  const ItemTable table(made, kItems, kHidden, *GetParam());
  auto endless = state(kHidden);
  endless[2] = 1e30F;
  expect_exact(table, {endless}, Exclusions(kItems), {10U});
}

TEST_P(SearchTest, ReadsFewEmbeddingsAndLeavesOutGroupsThatHoldNone) {
  constexpr std::size_t kItems = 20'000;
  constexpr std::size_t kHidden = 64;
  // Far apart along the first number: only groups far out on the state's side can hold one of the best.
  auto made = embeddings(kItems, kHidden, 8);
  for (std::size_t item = 1; item <= kItems; ++item) made[item * kHidden] = 30.0F * normal();
  const ItemTable table(made, kItems, kHidden, *GetParam());
  const CodeTable codes(table);
  Search search(table, codes);
  std::vector<ScoredItem> found;
  for (int n = 0; n < 10; ++n) {
    auto asked = state(kHidden);
    asked[0] = n % 2 == 0 ? 3.0F : -3.0F;
    search.top_k(asked, 10, Exclusions(kItems), found);
    EXPECT_LE(search.effort().rows, kItems / 8);
    EXPECT_LE(search.effort().groups, codes.groups() / 2);
  }
}

// The bound is on the length of the errors: with the state in their very direction it is reached.
TEST_P(SearchTest, TheWorstErrorsAreWithinTheBound) {
  constexpr std::size_t kItems = 512;
  constexpr std::size_t kHidden = 16;
  for (int round = 0; round < 50; ++round) {
    auto made = embeddings(kItems, kHidden, 1);
    std::vector<float> asked(kHidden);
    for (std::size_t c = 0; c < kHidden; ++c) asked[c] = random_() % 2U == 0 ? 1.0F : -1.0F;
    for (std::size_t item = 1; item <= kItems; ++item) {
      for (std::size_t c = 0; c < kHidden; ++c) {
        // A tenth of a step above the middle between codes where the state is positive, below where it is negative.
        const float whole = std::floor(made[item * kHidden + c] * 2.0F) / 2.0F;
        made[item * kHidden + c] = whole + 0.249F * asked[c] * static_cast<float>(item % 3U);
      }
    }
    const ItemTable table(made, kItems, kHidden, *GetParam());
    expect_exact(table, {asked}, Exclusions(kItems), {1U, 5U, 50U});
  }
}

}  // namespace
}  // namespace sasrec::retrieval
