#include "http/server/bound_port.hpp"

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

BoundPort::BoundPort(const std::string& setting, const std::string& address, std::uint16_t port)
    : name_(fmt::format("{} {}:{}", setting, address, port)), address_(address) {}

base::Result<BoundPort> BoundPort::take(const std::string& setting, const std::string& address, std::uint16_t port) {
  BoundPort bound(setting, address, port);
  boost::system::error_code wrong;
  const auto parsed = boost::asio::ip::make_address(address, wrong);
  if (wrong) {
    return base::fail(ErrorCode::kInvalidInput, "{}: {} is no IP address, such as 127.0.0.1 or 0.0.0.0", bound.name_,
                      address);
  }
  bound.loopback_ = parsed.is_loopback();
  const tcp::endpoint endpoint(parsed, port);
  // Bound but not listening: the port is taken before a database is started, and no client waits meanwhile.
  bound.socket_ = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;  // else connections of an earlier process that are fading away would hold the port
  if (bound.socket_ < 0 || ::setsockopt(bound.socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(bound.socket_, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    return base::fail(ErrorCode::kIo, "{}", bound.describe(reason(errno)));
  }
  return bound;
}

BoundPort::~BoundPort() {
  if (socket_ >= 0) ::close(socket_);
}

BoundPort::BoundPort(BoundPort&& other) noexcept
    : name_(std::move(other.name_)),
      address_(std::move(other.address_)),
      socket_(std::exchange(other.socket_, -1)),
      loopback_(other.loopback_) {}

BoundPort& BoundPort::operator=(BoundPort&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(address_, other.address_);
  std::swap(socket_, other.socket_);
  std::swap(loopback_, other.loopback_);
  return *this;
}

base::Error BoundPort::open_to_all() const {
  return {ErrorCode::kInvalidInput,
          describe("there are no API keys, so whoever reaches this address could use the API: choose a loopback "
                   "address such as 127.0.0.1, or make a key first (sasrec key create)")};
}

std::string BoundPort::describe(const std::string& message) const {
  return name_ + ": " + message;
}

int BoundPort::release() {
  return std::exchange(socket_, -1);
}

}  // namespace sasrec::http
