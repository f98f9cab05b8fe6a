#pragma once

#include <optional>

#include "base/result.hpp"

namespace sasrec::base {

/// Says which outcomes of a loop are news, so that a loop that keeps failing logs one line. A failure is news when it
/// begins, when it becomes another kind of failure, and when it is over. Used by one thread.
class SaidOnce {
 public:
  enum class News {
    kNone,     ///< as the time before
    kTrouble,  ///< it fails now, or fails for another kind of reason
    kOver,     ///< it works again
  };

  /// Of the outcome of the newest try. Two errors of one code are one trouble: their messages may differ in an address
  /// or a time.
  template <class T>
  News hear(const Result<T>& outcome) {
    return hear(outcome ? std::nullopt : std::optional(outcome.error().code));
  }

 private:
  News hear(std::optional<ErrorCode> trouble);

  std::optional<ErrorCode> trouble_;  // none: the newest try worked, or there was none
};

}  // namespace sasrec::base
