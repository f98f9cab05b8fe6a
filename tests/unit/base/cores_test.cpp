#include "base/cores.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/parallel.hpp"

namespace sasrec::base {
namespace {

TEST(CoreClaim, TakesWhatOthersLeftAndAtLeastOne) {
  const std::size_t cores = default_threads();
  {
    const CoreClaim one(1);
    EXPECT_EQ(one.count(), 1U);
    const CoreClaim others(cores + 5);
    EXPECT_EQ(others.count(), std::max<std::size_t>(1, cores - 1));
    const CoreClaim late(2);
    EXPECT_EQ(late.count(), 1U) << "nothing is left, but it has to run";
  }
  EXPECT_EQ(CoreClaim(cores).count(), cores) << "all are given back";
  EXPECT_EQ(CoreClaim(0).count(), 1U);
}

TEST(CoreClaim, NoneIsLostOrGivenTwiceByManyThreads) {
  const std::size_t cores = default_threads();
  std::atomic<std::size_t> beyond_their_one{0};
  std::atomic<bool> too_many = false;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int n = 0; n < 4; ++n) {
      threads.emplace_back([&] {
        for (int round = 0; round < 5000; ++round) {
          const CoreClaim claim(cores);
          const std::size_t beyond = claim.count() - 1;
          if (beyond_their_one.fetch_add(beyond) + beyond >= cores) too_many = true;
          beyond_their_one -= beyond;
        }
      });
    }
  }
  EXPECT_FALSE(too_many);
  EXPECT_EQ(CoreClaim(cores).count(), cores);
}

}  // namespace
}  // namespace sasrec::base
