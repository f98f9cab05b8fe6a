#include "base/parallel.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>
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

/// From then on the system gives the process no thread. Root, for whom there is no such limit, becomes nobody.
bool allow_no_more_threads() {
  constexpr uid_t kNobody = 65534;
  const rlimit limit{1, 1};
  return (::getuid() != 0 || ::setuid(kNobody) == 0) && ::setrlimit(RLIMIT_NPROC, &limit) == 0;
}

bool can_start(std::size_t threads) {
  std::atomic<bool> over = false;
  std::vector<std::jthread> started;
  bool all = true;
  try {
    for (std::size_t n = 0; n < threads; ++n) started.emplace_back([&] { over.wait(false); });
  } catch (const std::system_error&) {
    all = false;
  }
  over = true;
  over.notify_all();
  return all;
}

TEST(ParallelForDeathTest, DoesItAllWithTheThreadsThatTheSystemGives) {
  constexpr std::size_t kThreads = 4;
  const auto work_in_want = [] {
    std::atomic<std::size_t> calls = 0;
    if (!can_start(kThreads) || !allow_no_more_threads() || can_start(kThreads)) std::_Exit(2);
    parallel_for(1000, kThreads, [&](std::size_t, std::size_t) { ++calls; });
    std::_Exit(calls == 1000 ? 0 : 1);
  };
  EXPECT_EXIT(work_in_want(), testing::ExitedWithCode(0), "");
}

TEST(DefaultThreads, IsAtLeastOne) {
  EXPECT_GE(default_threads(), 1U);
}

}  // namespace
}  // namespace sasrec::base
