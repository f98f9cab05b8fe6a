#pragma once

#include <cstdint>

namespace sasrec::test {

/// A TCP port of 127.0.0.1 that nobody listens on, and that no other test takes while this object lives: a server may
/// stop and come back on it. It lies below the ports that the system gives to outgoing connections.
class FreePort {
 public:
  /// Throws if none is left.
  FreePort();
  ~FreePort();
  FreePort(const FreePort&) = delete;
  FreePort& operator=(const FreePort&) = delete;

  std::uint16_t number() const { return number_; }

 private:
  std::uint16_t number_ = 0;
  int claim_ = -1;
};

}  // namespace sasrec::test
