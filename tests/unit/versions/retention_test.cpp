#include "versions/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sasrec::versions {
namespace {

using checkpoint::Entry;
using checkpoint::State;
using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

// Newest first, a day apart.
const std::string kFifth = "20261105T000000Z-000005";
const std::string kFourth = "20261104T000000Z-000004";
const std::string kThird = "20261103T000000Z-000003";
const std::string kSecond = "20261102T000000Z-000002";
const std::string kFirst = "20261101T000000Z-000001";
const base::Time kNow = checkpoint::created_at(kFifth) + hours(1);

std::vector<Entry> all(State fifth, State fourth, State third, State second, State first) {
  return {{kFifth, fifth, {}}, {kFourth, fourth, {}}, {kThird, third, {}}, {kSecond, second, {}}, {kFirst, first, {}}};
}

TEST(Retention, TheNewestAreKept) {
  const auto entries = all(State::kActive, State::kReady, State::kReady, State::kReady, State::kReady);
  EXPECT_THAT(expendable(entries, {.versions = 3, .age = hours(1000)}, kNow), ElementsAre(kSecond, kFirst));
  EXPECT_THAT(expendable(entries, {.versions = 5, .age = hours(1000)}, kNow), IsEmpty());
}

TEST(Retention, OldOnesGo) {
  const auto entries = all(State::kActive, State::kReady, State::kReady, State::kReady, State::kReady);
  EXPECT_THAT(expendable(entries, {.versions = 10, .age = hours(49)}, kNow), ElementsAre(kSecond, kFirst));
}

TEST(Retention, TheActiveOneStaysHoweverOldItIs) {
  const auto entries = all(State::kReady, State::kReady, State::kReady, State::kReady, State::kActive);
  EXPECT_THAT(expendable(entries, {.versions = 1, .age = hours(2)}, kNow), ElementsAre(kFourth, kThird, kSecond));
}

TEST(Retention, WhatARollbackGoesToStays) {
  // The newest others can't be activated, or should not.
  const auto entries = all(State::kActive, State::kRejected, State::kQuarantined, State::kReady, State::kReady);
  EXPECT_THAT(expendable(entries, {.versions = 1, .age = hours(2)}, kNow), ElementsAre(kFourth, kThird, kFirst));
}

}  // namespace
}  // namespace sasrec::versions
