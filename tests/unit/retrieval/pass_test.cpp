#include "retrieval/pass.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <vector>

#include "unit/retrieval/random_table.hpp"

namespace sasrec::retrieval {
namespace {

constexpr std::size_t kItems = 5000;
constexpr std::size_t kHidden = 16;

TEST(Pass, AnswersAsManyRequestsAtOnceAsItSays) {
  const auto table = random_table(kItems, kHidden);
  const CodeTable codes(table);
  const Exclusions none(kItems);
  std::deque<Seeker> seekers;
  std::vector<Seeker*> pointers;
  std::vector<std::vector<float>> states;
  std::vector<std::vector<ScoredItem>> results(Pass::kMaxAtOnce);
  for (unsigned n = 0; n < Pass::kMaxAtOnce; ++n) states.push_back(random_numbers(kHidden, 100 + n));
  for (std::size_t n = 0; n < Pass::kMaxAtOnce; ++n) {
    pointers.push_back(&seekers.emplace_back(table, codes));
    ASSERT_TRUE(pointers[n]->begin({.state = states[n], .k = n + 1, .exclusions = &none, .result = &results[n]}));
  }
  Pass pass(table, codes);
  pass.run(pointers, 0, codes.groups());
  std::vector<ScoredItem> expected;
  for (std::size_t n = 0; n < Pass::kMaxAtOnce; ++n) {
    pointers[n]->finish();
    table.top_k(states[n], n + 1, none, expected);
    EXPECT_EQ(results[n], expected) << n;
  }
}

TEST(Pass, CountsTheGroupsThatItReadOnce) {
  const auto table = random_table(kItems, kHidden);
  const CodeTable codes(table);
  const Exclusions none(kItems);
  const auto state = random_numbers(kHidden, 3);
  std::vector<ScoredItem> result;
  Seeker seeker(table, codes);
  // More items than there are: each group has to be read.
  ASSERT_TRUE(seeker.begin({.state = state, .k = kItems + 1, .exclusions = &none, .result = &result}));
  Seeker* one = &seeker;
  Pass pass(table, codes);
  pass.run({&one, 1}, 0, codes.groups());
  EXPECT_EQ(pass.take_groups(), codes.groups());
  EXPECT_EQ(pass.take_groups(), 0U);
  seeker.finish();
  EXPECT_EQ(result.size(), kItems);
}

}  // namespace
}  // namespace sasrec::retrieval
