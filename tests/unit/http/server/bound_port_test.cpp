#include "http/server/bound_port.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sasrec::http {
namespace {

using testing::HasSubstr;

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin_port);
}

TEST(BoundPort, IsRefusedWhereAnotherListens) {
  auto first = BoundPort::take("--listen", "127.0.0.1", 0);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->is_loopback());
  const int socket = first->release();
  const auto port = port_of(socket);
  ASSERT_EQ(::listen(socket, 1), 0);
  const auto second = BoundPort::take("--listen", "127.0.0.1", port);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another program listens"));
  ::close(socket);
  EXPECT_TRUE(BoundPort::take("--listen", "127.0.0.1", port)) << "an earlier process's port is free at once";
}

TEST(BoundPort, IsGivenBackWithTheObject) {
  auto port = BoundPort::take("--listen", "127.0.0.1", 0);
  ASSERT_TRUE(port);
  const int socket = port->release();
  ::close(socket);
  auto again = BoundPort::take("--listen", "0.0.0.0", 0);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->is_loopback());
  const BoundPort moved = std::move(*again);
  EXPECT_FALSE(moved.is_loopback());
  EXPECT_THAT(moved.open_to_all().message, HasSubstr("--listen 0.0.0.0:0: there are no API keys"));
}

TEST(BoundPort, SaysWhatIsWrongWithAnAddress) {
  const auto name = BoundPort::take("--listen", "localhost", 1);
  ASSERT_FALSE(name);
  EXPECT_THAT(name.error().message, HasSubstr("--listen localhost:1: localhost is no IP address"));
  const auto foreign = BoundPort::take("--listen", "192.0.2.1", 0);  // documentation: nobody has it
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().message, HasSubstr("no such address"));
}

}  // namespace
}  // namespace sasrec::http
