#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace sasrec::base {

/// Waits for `duration`, or until `stop`. Returns whether it was the time that passed.
bool pause(const std::stop_token& stop, std::chrono::milliseconds duration);

/// How long to wait before each further try: twice as long as before, from `first` up to `max`, and by chance up to a
/// half shorter, so that those that failed together don't come back together. Used by one thread.
class Backoff {
 public:
  struct Options {
    std::chrono::milliseconds first{50};
    std::chrono::milliseconds max{5'000};
  };

  Backoff() : Backoff(Options{}) {}
  explicit Backoff(Options options) : options_(options), next_(options.first) {}

  std::chrono::milliseconds next();
  void reset() { next_ = options_.first; }

 private:
  Options options_;
  std::chrono::milliseconds next_;
};

}  // namespace sasrec::base
