#include "support/free_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <random>
#include <string>
#include <system_error>

namespace sasrec::test {
namespace {

constexpr int kFirst = 20'000;
constexpr int kLast = 32'000;  // Linux gives outgoing connections ports from 32768 on

int new_socket(int family) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "socket");
  return descriptor;
}

bool nobody_listens(int port) {
  const int descriptor = new_socket(AF_INET);
  // As servers do; without it a port with connections that have ended would count as taken for a minute.
  const int reuse = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return bound;
}

/// Claims the port among tests, or returns -1. The claim is a name in the abstract namespace of Unix sockets, which has
/// the ports' own scope, leaves no file, and ends with the process.
int claim(int port) {
  const int descriptor = new_socket(AF_UNIX);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = "sasrec-test-port-" + std::to_string(port);
  std::ranges::copy(name, address.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

FreePort::FreePort() {
  // From a random place on, so that tests that run at once seldom ask for the same.
  std::random_device random;
  const int start = std::uniform_int_distribution(kFirst, kLast)(random);
  for (int tried = 0; tried <= kLast - kFirst; ++tried) {
    const int port = kFirst + (start - kFirst + tried) % (kLast - kFirst + 1);
    claim_ = claim(port);
    if (claim_ < 0) continue;
    if (nobody_listens(port)) {
      number_ = static_cast<std::uint16_t>(port);
      return;
    }
    ::close(claim_);
  }
  throw std::system_error(EADDRINUSE, std::generic_category(), "no free port from 20000 to 32000");
}

FreePort::~FreePort() {
  ::close(claim_);
}

}  // namespace sasrec::test
