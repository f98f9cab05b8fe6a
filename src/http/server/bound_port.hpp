#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace sasrec::http {

/// A TCP port that is taken and not yet listened on: clients are refused until a Server gets it. So a port that another
/// program has is found before anything else is started. Children of the process don't inherit it.
class BoundPort {
 public:
  /// `address` is an IP address, `port` 0 any free one; `setting` is where they come from, for messages.
  /// kInvalidInput: it is no IP address. kIo: the system refuses it, most often because another program has it.
  static base::Result<BoundPort> take(const std::string& setting, const std::string& address, std::uint16_t port);
  ~BoundPort();
  BoundPort(BoundPort&& other) noexcept;
  BoundPort& operator=(BoundPort&& other) noexcept;
  BoundPort(const BoundPort&) = delete;
  BoundPort& operator=(const BoundPort&) = delete;

  /// Whether only this machine can reach it.
  bool is_loopback() const { return loopback_; }
  /// The address without the port.
  const std::string& address() const { return address_; }

  /// Why it is refused while there are no API keys, unless it is a loopback address.
  base::Error open_to_all() const;
  /// `message` with the setting, address and port before it.
  std::string describe(const std::string& message) const;

  /// The socket, which the caller has to close from now on.
  int release();

 private:
  BoundPort(const std::string& setting, const std::string& address, std::uint16_t port);

  std::string name_;  // "--listen 127.0.0.1:8080"
  std::string address_;
  int socket_ = -1;
  bool loopback_ = false;
};

}  // namespace sasrec::http
