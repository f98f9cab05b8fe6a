#include "base/stop_signals.hpp"

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigtimedwait is POSIX
#include <unistd.h>

#include <ctime>

namespace sasrec::base {

namespace {

sigset_t stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void block_stop_signals() {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

StopSignals::StopSignals() {
  block_stop_signals();
  ::signal(SIGPIPE, SIG_IGN);
  thread_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

void StopSignals::watch(const std::stop_token& end) {
  const auto signals = stop_signals();
  while (!end.stop_requested()) {
    // Short, because the object's end waits for it.
    const timespec moment{.tv_sec = 0, .tv_nsec = 50'000'000};
    if (::sigtimedwait(&signals, nullptr, &moment) < 0) continue;
    if (!stop_.request_stop()) ::_exit(130);
  }
}

}  // namespace sasrec::base
