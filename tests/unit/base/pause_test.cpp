#include "base/pause.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sasrec::base {
namespace {

using namespace std::chrono_literals;

TEST(Pause, EndsWithItsTime) {
  EXPECT_TRUE(pause(std::stop_token(), 1ms));
}

TEST(Pause, EndsAtOnceWhenStopped) {
  std::stop_source source;
  std::jthread stopping([&] { source.request_stop(); });
  EXPECT_FALSE(pause(source.get_token(), 1h));
  EXPECT_FALSE(pause(source.get_token(), 1h));
}

TEST(Backoff, DoublesUpToTheMostWithSomeChance) {
  Backoff backoff({.first = 10ms, .max = 50ms});
  for (int round = 0; round < 2; ++round) {
    for (const auto whole : {10ms, 20ms, 40ms, 50ms, 50ms}) {
      const auto wait = backoff.next();
      EXPECT_LE(wait, whole);
      EXPECT_GE(wait, whole / 2);
    }
    backoff.reset();
  }
}

}  // namespace
}  // namespace sasrec::base
