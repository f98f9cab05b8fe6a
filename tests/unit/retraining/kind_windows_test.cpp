#include "retraining/kind_windows.hpp"

#include <gtest/gtest.h>

#include "monitoring/baseline.hpp"
#include "support/fakes/fake_windows.hpp"

namespace sasrec::retraining {
namespace {

dataset::LogSequences log_of(std::size_t interactions, std::int64_t step) {
  dataset::LogSequences sequences;
  for (std::size_t i = 0; i < interactions; ++i) {
    sequences.times.push_back(1'790'000'000 + static_cast<std::int64_t>(i) * step);
  }
  return sequences;
}

TEST(KindWindows, CoverTheLogOnceInStretchesOfEquallyMany) {
  test::FakeWindows store;
  const auto sequences = log_of(3000, 7);
  const auto kinds = kind_windows(store, sequences);
  ASSERT_TRUE(kinds);
  EXPECT_EQ(kinds->feature, monitoring::Feature::kKind);
  ASSERT_EQ(kinds->windows.size(), 30U);
  EXPECT_EQ(kinds->windows[0][monitoring::kind_bin("view")], 200U);
  const auto& periods = store.kind_periods;
  ASSERT_EQ(periods.size(), 30U);
  const auto seconds = [](base::Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  EXPECT_EQ(seconds(periods.front().begin), sequences.times.front());
  EXPECT_EQ(seconds(periods.back().end), sequences.times.back() + 1);
  for (std::size_t i = 0; i < periods.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(seconds(periods[i].end) - seconds(periods[i].begin)), 700, 7);
    if (i > 0) {
      EXPECT_EQ(periods[i].begin, periods[i - 1].end);
    }
  }
}

TEST(KindWindows, AreNoneWithoutTimesOrWithTooFewInteractions) {
  test::FakeWindows store;
  EXPECT_TRUE(kind_windows(store, log_of(3000, 0))->windows.empty());
  EXPECT_TRUE(kind_windows(store, log_of(monitoring::Baseline::kSmallest - 1, 7))->windows.empty());
  EXPECT_TRUE(kind_windows(store, {})->windows.empty());
}

TEST(KindWindows, SayThatTheDatabaseIsAway) {
  test::FakeWindows store;
  store.down = true;
  EXPECT_EQ(kind_windows(store, log_of(3000, 7)).error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace sasrec::retraining
