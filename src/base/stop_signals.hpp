#pragma once

#include <stop_token>
#include <thread>

namespace sasrec::base {

/// Blocks SIGTERM and SIGINT in this thread and in those that it starts from now on. For a main() whose StopSignals
/// come later than other threads.
void block_stop_signals();

/// Turns SIGTERM and SIGINT into a request to stop. A second one ends the process at once, with exit code 130.
///
/// Construct it on the main thread before any other thread starts, or call block_stop_signals() there: so only this
/// object receives the signals. It also ignores SIGPIPE, so that a write to a closed connection is an error.
class StopSignals {
 public:
  StopSignals();

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void watch(const std::stop_token& end);

  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace sasrec::base
