#include "http/bound_port.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

namespace sasrec::http {
namespace {

using base::ErrorCode;
using boost::asio::ip::tcp;

std::string reason(int error) {
  if (error == EADDRINUSE) return "another program listens there; end it, or choose another port";
  if (error == EADDRNOTAVAIL) return "this machine has no such address";
  return std::generic_category().message(error);
}

}  // namespace

base::Result<BoundPort> BoundPort::take(const std::string& address, std::uint16_t port) {
  boost::system::error_code wrong;
  const auto parsed = boost::asio::ip::make_address(address, wrong);
  if (wrong) return base::fail(ErrorCode::kInvalidInput, "{} is no IP address, such as 127.0.0.1 or 0.0.0.0", address);
  const tcp::endpoint endpoint(parsed, port);
  const int socket = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return base::fail(ErrorCode::kIo, "{}", reason(errno));
  BoundPort bound(socket, parsed.is_loopback());
  const int on = 1;  // else connections of an earlier process that are fading away would hold the port
  if (::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    return base::fail(ErrorCode::kIo, "{}", reason(errno));
  }
  return bound;
}

BoundPort::~BoundPort() {
  if (socket_ >= 0) ::close(socket_);
}

BoundPort::BoundPort(BoundPort&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), loopback_(other.loopback_) {}

BoundPort& BoundPort::operator=(BoundPort&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(loopback_, other.loopback_);
  return *this;
}

int BoundPort::release() {
  return std::exchange(socket_, -1);
}

std::string open_to_all(const std::string& address) {
  return fmt::format(
      "there are no API keys, so whoever reaches {} could use the API: choose a loopback address such as 127.0.0.1, or "
      "make a key first (sasrec key create)",
      address);
}

}  // namespace sasrec::http
