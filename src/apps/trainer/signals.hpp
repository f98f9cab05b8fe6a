#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace sasrec::apps {

/// Asks for a stop when SIGINT or SIGTERM comes. Both are blocked everywhere (see main), so that only this thread sees
/// them.
class SignalWatch {
 public:
  SignalWatch() : thread_([this](const std::stop_token& ended) { wait(ended); }) {}
  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait(const std::stop_token& ended) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    const timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!ended.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &patience) > 0) {
        source_.request_stop();
        return;
      }
    }
  }

  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace sasrec::apps
