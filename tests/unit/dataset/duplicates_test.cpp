#include "dataset/duplicates.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <tuple>
#include <vector>

namespace sasrec::dataset {
namespace {

using Key = std::tuple<std::uint32_t, std::uint32_t, std::int64_t>;

Key key_of(const Interaction& one) {
  return {one.user, one.item.value, one.time};
}

TEST(DropDuplicates, KeepsTheFirstOfEqualOnesInTheirOrder) {
  std::vector<Interaction> log{{1, LogItem{2}, 3}, {9, LogItem{9}, 9}, {1, LogItem{2}, 3},
                               {0, LogItem{0}, 0}, {9, LogItem{9}, 9}, {1, LogItem{2}, 3}};
  EXPECT_EQ(drop_duplicates(log), 3U);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(key_of(log[0]), Key(1, 2, 3));
  EXPECT_EQ(key_of(log[1]), Key(9, 9, 9));
  EXPECT_EQ(key_of(log[2]), Key(0, 0, 0));
}

TEST(DropDuplicates, UserItemAndTimeAllCount) {
  std::vector<Interaction> log{{1, LogItem{2}, 3},
                               {2, LogItem{2}, 3},
                               {1, LogItem{1}, 3},
                               {1, LogItem{2}, 4},
                               {2, LogItem{1}, 3}};  // user and item swapped
  EXPECT_EQ(drop_duplicates(log), 0U);
  EXPECT_EQ(log.size(), 5U);
  std::vector<Interaction> none;
  EXPECT_EQ(drop_duplicates(none), 0U);
}

TEST(DropDuplicates, IsWhatASetGives) {
  std::mt19937 random(7);
  std::vector<Interaction> log;
  for (int n = 0; n < 20'000; ++n) {
    const auto below = [&](unsigned bound) {
      return static_cast<std::uint32_t>(random() % bound);
    };
    log.push_back({below(50), LogItem{below(50)}, below(4)});
  }
  std::set<Key> seen;
  std::vector<Key> expected;
  for (const auto& one : log) {
    if (seen.insert(key_of(one)).second) expected.push_back(key_of(one));
  }
  EXPECT_EQ(drop_duplicates(log), 20'000 - expected.size());
  std::vector<Key> kept;
  for (const auto& one : log) kept.push_back(key_of(one));
  EXPECT_EQ(kept, expected);
}

}  // namespace
}  // namespace sasrec::dataset
