#include "base/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace sasrec::base {
namespace {

TEST(ParallelFor, CallsEachIndexOnce) {
  for (const std::size_t threads : {0, 1, 2, 7}) {
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(calls.size(), threads, [&](std::size_t, std::size_t index) { ++calls[index]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1) << threads << " threads";
  }
}

TEST(ParallelFor, AWorkerNumberBelongsToOneThreadAtATime) {
  constexpr std::size_t kThreads = 4;
  std::vector<std::atomic<int>> inside(kThreads);
  std::atomic<bool> shared = false;
  parallel_for(2000, kThreads, [&](std::size_t worker, std::size_t) {
    ASSERT_LT(worker, kThreads);
    if (++inside[worker] != 1) shared = true;
    --inside[worker];
  });
  EXPECT_FALSE(shared);
}

TEST(ParallelFor, DoesNothingForNothing) {
  parallel_for(0, 4, [](std::size_t, std::size_t) { FAIL() << "was called"; });
}

TEST(ParallelFor, RethrowsAndStops) {
  std::atomic<std::size_t> calls = 0;
  const auto throw_at_once = [&](std::size_t, std::size_t) {
    ++calls;
    throw std::runtime_error("from the work");
  };
  EXPECT_THROW(parallel_for(100'000, 2, throw_at_once), std::runtime_error);
  EXPECT_LE(calls, 2U);  // one a thread
}

TEST(DefaultThreads, IsAtLeastOne) {
  EXPECT_GE(default_threads(), 1U);
}

}  // namespace
}  // namespace sasrec::base
