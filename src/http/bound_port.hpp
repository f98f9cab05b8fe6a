#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace sasrec::http {

/// A TCP port that is taken and not yet listened on: clients are refused until a Server gets it. So a port that another
/// program has is found before anything else is started. Children of the process don't inherit it.
class BoundPort {
 public:
  /// `address` is an IP address, `port` 0 any free one. kInvalidInput: it is no IP address. kIo: the system refuses it,
  /// most often because another program has it.
  static base::Result<BoundPort> take(const std::string& address, std::uint16_t port);
  ~BoundPort();
  BoundPort(BoundPort&& other) noexcept;
  BoundPort& operator=(BoundPort&& other) noexcept;
  BoundPort(const BoundPort&) = delete;
  BoundPort& operator=(const BoundPort&) = delete;

  /// Whether only this machine can reach it.
  bool is_loopback() const { return loopback_; }

  /// The socket, which the caller has to close from now on.
  int release();

 private:
  BoundPort(int socket, bool loopback) : socket_(socket), loopback_(loopback) {}

  int socket_ = -1;
  bool loopback_ = false;
};

/// Why `address` is refused while there are no API keys, and what to do about it.
std::string open_to_all(const std::string& address);

}  // namespace sasrec::http
