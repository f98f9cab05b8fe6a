#include "dataset/held_users.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sasrec::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// `lengths[n]` items of user n, no item twice.
LogSequences sequences_of(const std::vector<std::size_t>& lengths) {
  LogSequences sequences;
  sequences.offsets.push_back(0);
  for (const auto length : lengths) {
    sequences.users.push_back(std::to_string(sequences.users.size()));
    for (std::size_t i = 0; i < length; ++i) {
      sequences.items.push_back({static_cast<std::uint32_t>(sequences.items.size())});
      sequences.times.push_back(static_cast<std::int64_t>(i));
    }
    sequences.offsets.push_back(sequences.items.size());
  }
  return sequences;
}

LogSequences many(std::size_t users, std::size_t length) {
  return sequences_of(std::vector<std::size_t>(users, length));
}

TEST(HeldUsers, TheLastTwoItemsOfSomeUsersAreHeldBackAndAllElseIsLearned) {
  const auto sequences = many(1000, 4);
  const auto split = hold_users(sequences, 0.5);
  ASSERT_TRUE(split);
  ASSERT_EQ(split->test.size(), split->validation.size());
  EXPECT_GT(split->test.size(), 430U);  // about half of them
  EXPECT_LT(split->test.size(), 570U);
  std::vector<char> held(1000, 0);
  for (std::size_t i = 0; i < split->test.size(); ++i) {
    const auto [user, position] = split->test[i];
    held[user] = 1;
    EXPECT_EQ(position, 3U);
    EXPECT_EQ(split->validation[i].user, user);
    EXPECT_EQ(split->validation[i].position, 2U);
  }
  for (std::size_t user = 0; user < 1000; ++user) EXPECT_EQ(split->train_length[user], held[user] != 0 ? 2U : 4U);
}

TEST(HeldUsers, AUserHeldBackUnderOneShareIsHeldBackUnderEveryLargerOne) {
  const auto sequences = many(500, 3);
  const auto few = hold_users(sequences, 0.1);
  const auto more = hold_users(sequences, 0.3);
  EXPECT_LT(few->test.size(), more->test.size());
  for (std::size_t user = 0; user < 500; ++user) EXPECT_GE(few->train_length[user], more->train_length[user]);
}

TEST(HeldUsers, AUserWithTooFewItemsOnlyTrains) {
  const auto split = hold_users(sequences_of({1, 2, 3}), 1);
  ASSERT_TRUE(split);
  EXPECT_THAT(split->train_length, ElementsAre(1, 2, 1));
}

TEST(HeldUsers, TheShareAimsAtTwoThousandCases) {
  EXPECT_DOUBLE_EQ(held_share(many(100, 3)), 0.5);  // at most half of the users
  EXPECT_DOUBLE_EQ(held_share(many(8000, 3)), 0.25);
  EXPECT_DOUBLE_EQ(held_share(many(50'000, 3)), 0.05);  // at least one in twenty
}

TEST(HeldUsers, TheShareCountsUsersThatMakeACase) {
  auto sequences = many(16'000, 3);
  for (std::size_t user = 0; user < 8000; ++user) sequences.items[3 * user + 2] = sequences.items[3 * user];
  EXPECT_DOUBLE_EQ(held_share(sequences), 0.25);
}

TEST(HeldUsers, ThePlaceOfAUserNeverChanges) {
  // Versions on disk rely on it: another hash needs another kUserPlaceVersion.
  EXPECT_EQ(kUserPlaceVersion, 1);
  EXPECT_NEAR(user_place("1"), 0.485233, 1e-6);
  EXPECT_NEAR(user_place("user-42"), 0.638995, 1e-6);
}

TEST(HeldUsers, UsersStandEvenly) {
  std::vector<int> tenths(10, 0);
  for (int user = 0; user < 10'000; ++user) ++tenths[static_cast<std::size_t>(user_place(std::to_string(user)) * 10)];
  for (const int count : tenths) EXPECT_NEAR(count, 1000, 120);  // four standard deviations
}

TEST(HeldUsers, TellsWhyNothingCanBeAsked) {
  const auto split = hold_users(sequences_of({1, 2}), 0.5);
  ASSERT_FALSE(split);
  EXPECT_THAT(split.error().message, HasSubstr("50 % of the 2 users"));
}

}  // namespace
}  // namespace sasrec::dataset
