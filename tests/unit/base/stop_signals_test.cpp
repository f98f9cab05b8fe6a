#include "base/stop_signals.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

namespace sasrec::base {
namespace {

/// Runs `work` in a process of its own, because signals and their masks are a process's. Its exit code.
int exit_of(const std::function<int()>& work) {
  const auto child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Waits for a stop, at most ten seconds.
bool stops(const StopSignals& signals) {
  for (int n = 0; n < 10'000 && !signals.token().stop_requested(); ++n) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return signals.token().stop_requested();
}

TEST(StopSignals, EachOfThemRequestsAStop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EQ(exit_of([&] {
                const StopSignals signals;
                if (signals.token().stop_requested()) return 1;
                ::kill(::getpid(), signal);
                return stops(signals) ? 0 : 2;
              }),
              0);
  }
}

TEST(StopSignals, ASecondOneEndsTheProcessAtOnce) {
  EXPECT_EQ(exit_of([] {
              const StopSignals signals;
              ::kill(::getpid(), SIGINT);
              if (!stops(signals)) return 2;
              ::kill(::getpid(), SIGINT);
              std::this_thread::sleep_for(std::chrono::seconds(10));
              return 3;
            }),
            130);
}

TEST(StopSignals, AWriteToAClosedPipeIsAnError) {
  EXPECT_EQ(exit_of([] {
              const StopSignals signals;
              int pipe[2];
              if (::pipe(pipe) != 0) return 1;
              ::close(pipe[0]);
              return ::write(pipe[1], "x", 1) < 0 ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace sasrec::base
