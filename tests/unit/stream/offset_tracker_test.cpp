#include "stream/offset_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace sasrec::stream {
namespace {

bus::Position at(std::int64_t offset, std::uint64_t assignment = 7) {
  return {.partition = 0, .offset = offset, .assignment = assignment};
}

OffsetTracker tracker_of(std::initializer_list<std::int64_t> offsets) {
  OffsetTracker tracker(7);
  for (const auto offset : offsets) {
    tracker.take(offset);
  }
  return tracker;
}

TEST(OffsetTracker, NothingIsCommittableBeforeTheFirstRecordIsDone) {
  auto tracker = tracker_of({10, 11, 12});
  EXPECT_FALSE(tracker.committable());
  EXPECT_TRUE(tracker.acknowledge(at(11)));
  EXPECT_TRUE(tracker.acknowledge(at(12)));
  EXPECT_FALSE(tracker.committable());
  EXPECT_EQ(tracker.held(), 3U);
}

TEST(OffsetTracker, ClosingAGapCommitsAllBehindIt) {
  auto tracker = tracker_of({10, 11, 12, 13});
  tracker.acknowledge(at(11));
  tracker.acknowledge(at(12));
  tracker.acknowledge(at(10));
  EXPECT_EQ(tracker.committable(), 13);
  EXPECT_EQ(tracker.held(), 1U);
}

TEST(OffsetTracker, OffsetsMayHaveGaps) {
  auto tracker = tracker_of({10, 15, 40});
  EXPECT_FALSE(tracker.acknowledge(at(12)));
  EXPECT_TRUE(tracker.acknowledge(at(10)));
  EXPECT_EQ(tracker.committable(), 11);
  EXPECT_TRUE(tracker.acknowledge(at(15)));
  EXPECT_EQ(tracker.committable(), 16);
}

TEST(OffsetTracker, AcknowledgingTwiceCountsOnce) {
  auto tracker = tracker_of({10, 11});
  EXPECT_TRUE(tracker.acknowledge(at(11)));
  EXPECT_FALSE(tracker.acknowledge(at(11)));
  EXPECT_TRUE(tracker.acknowledge(at(10)));
  EXPECT_FALSE(tracker.acknowledge(at(10)));
  EXPECT_EQ(tracker.committable(), 12);
}

TEST(OffsetTracker, AnotherAssignmentIsIgnored) {
  auto tracker = tracker_of({10});
  EXPECT_FALSE(tracker.acknowledge(at(10, 6)));
  EXPECT_FALSE(tracker.acknowledge(at(10, 8)));
  EXPECT_FALSE(tracker.committable());
}

TEST(OffsetTracker, WhatWasNeverTakenIsIgnored) {
  auto tracker = tracker_of({10});
  EXPECT_FALSE(tracker.acknowledge(at(9)));
  EXPECT_FALSE(tracker.acknowledge(at(11)));
  EXPECT_FALSE(OffsetTracker(7).acknowledge(at(0)));
}

TEST(OffsetTracker, TellsWhetherARecordWasTakenBefore) {
  using Order = OffsetTracker::Order;
  EXPECT_EQ(OffsetTracker(7).order(0), Order::kNext);
  auto tracker = tracker_of({10, 15});
  EXPECT_EQ(tracker.order(9), Order::kBack);
  EXPECT_EQ(tracker.order(10), Order::kHeld);
  EXPECT_EQ(tracker.order(15), Order::kHeld);
  EXPECT_EQ(tracker.order(16), Order::kNext);
  tracker.acknowledge(at(15));
  EXPECT_EQ(tracker.order(15), Order::kHeld) << "done, but 10 is not";
  tracker.acknowledge(at(10));
  EXPECT_EQ(tracker.order(15), Order::kBack) << "done and forgotten";
  EXPECT_EQ(tracker.order(16), Order::kNext);
}

// Against the definition: after each acknowledgement, the first offset that is not done.
TEST(OffsetTracker, AnyOrderOfAcknowledgementsCommitsUpToTheFirstThatIsMissing) {
  constexpr std::int64_t kCount = 200;
  std::vector<std::int64_t> order(kCount);
  std::iota(order.begin(), order.end(), 0);
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::ranges::shuffle(order, std::mt19937(seed));
    OffsetTracker tracker(7);
    for (std::int64_t offset = 0; offset < kCount; ++offset) {
      tracker.take(offset);
    }
    std::vector<bool> done(kCount);
    for (const auto offset : order) {
      tracker.acknowledge(at(offset));
      done[static_cast<std::size_t>(offset)] = true;
      const auto missing = std::ranges::find(done, false) - done.begin();
      ASSERT_EQ(tracker.committable().value_or(0), missing) << "seed " << seed << ", offset " << offset;
      ASSERT_EQ(tracker.held(), static_cast<std::size_t>(kCount - missing));
    }
  }
}

}  // namespace
}  // namespace sasrec::stream
