#pragma once

#include <chrono>
#include <thread>
#include <utility>

namespace sasrec::test {

/// Asks `condition` every few milliseconds until it holds. False if it does not within `limit`; it is asked at least
/// once.
template <class Condition>
[[nodiscard]] bool eventually(std::chrono::milliseconds limit, Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace sasrec::test
