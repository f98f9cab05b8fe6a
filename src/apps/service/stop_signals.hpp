#pragma once

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX
#include <unistd.h>

#include <ctime>
#include <stop_token>
#include <thread>

namespace sasrec::apps {

/// SIGTERM and SIGINT, taken by whoever waits for them and by nobody else.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);  // threads started from now on inherit it
    ::signal(SIGPIPE, SIG_IGN);
  }

  /// Waits for one of them on a thread of its own and then requests a stop: at once for a second one.
  std::jthread watch(std::stop_source& stop) const {
    return std::jthread([set = set_, &stop](const std::stop_token& end) {
      while (!end.stop_requested()) {
        const timespec moment{.tv_sec = 0, .tv_nsec = 50'000'000};
        if (::sigtimedwait(&set, nullptr, &moment) < 0) continue;
        if (!stop.request_stop()) ::_exit(130);
      }
    });
  }

 private:
  sigset_t set_{};
};

}  // namespace sasrec::apps
