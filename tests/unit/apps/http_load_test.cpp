#include "apps/http_load.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace sasrec::apps {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Gives each request on each connection the same answer. Closes a connection after one answer if that says so.
class CannedServer {
 public:
  explicit CannedServer(std::string answer)
      : answer_(std::move(answer)), acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    accept();
    thread_ = std::jthread([this] { context_.run(); });
  }
  ~CannedServer() { context_.stop(); }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  HttpTarget target() const { return {.host = "127.0.0.1", .port = std::to_string(acceptor_.local_endpoint().port())}; }

 private:
  struct Peer {
    explicit Peer(tcp::socket taken) : socket(std::move(taken)) {}
    tcp::socket socket;
    std::string request;
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<Peer>(std::move(socket)));
      accept();
    });
  }

  void serve(const std::shared_ptr<Peer>& peer) {
    // The bodies of these tests are empty objects, so a request ends with this.
    const std::string end = "{}";
    asio::async_read_until(peer->socket, asio::dynamic_buffer(peer->request), reads_body_ ? end : "\r\n\r\n",
                           [this, peer](boost::system::error_code error, std::size_t size) {
                             if (error) return;
                             peer->request.erase(0, size);
                             asio::write(peer->socket, asio::buffer(answer_), error);
                             if (answer_.find("Connection: close") == std::string::npos) serve(peer);
                           });
  }

  std::string answer_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::jthread thread_;

 public:
  bool reads_body_ = false;
};

LoadPlan plan() {
  return {.path = "/v1/recommendations",
          .next_body = [] { return std::string("{}"); },
          .rate = 200,
          .duration = std::chrono::milliseconds(200),
          .connections = 4};
}

TEST(HttpLoad, ReadsAnAnswerOfKnownLengthAndOneInChunks) {
  for (const std::string answer : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"}) {
    CannedServer server(answer);
    const auto got = http_get(server.target(), "/", "");
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "hello") << answer;
  }
}

TEST(HttpLoad, WhatIsNotHttpIsAnError) {
  CannedServer server("hello\r\n\r\n");
  EXPECT_FALSE(http_get(server.target(), "/", ""));
  EXPECT_FALSE(http_get({.host = "127.0.0.1", .port = "1"}, "/", ""));
}

TEST(HttpLoad, CountsEveryRequestByItsAnswer) {
  CannedServer server("HTTP/1.1 202 Accepted\r\nContent-Length: 13\r\n\r\n{\"id\":\"some\"}");
  server.reads_body_ = true;
  const auto report = run_load(server.target(), plan());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->sent, 40U);
  EXPECT_EQ(report->unsent, 0U);
  EXPECT_EQ(report->broken, 0U);
  EXPECT_EQ(report->statuses.at(202), 40U);
  EXPECT_EQ(report->pending_ids.size(), 40U);
  EXPECT_EQ(report->pending_ids.front(), "some");
}

TEST(HttpLoad, AConnectionThatTheServerClosesAfterItsAnswerIsOpenedAgain) {
  CannedServer server("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  server.reads_body_ = true;
  const auto report = run_load(server.target(), plan());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->statuses.at(503), 40U);
  EXPECT_EQ(report->broken, 0U) << "the answer was whole";
  EXPECT_EQ(report->refusals_ms.size(), 40U);
}

TEST(HttpLoad, PercentileIsAValueThatWasMeasured) {
  EXPECT_EQ(percentile({}, 0.5), 0);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 0.5), 2);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 0.99), 4);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 0), 1);
}

}  // namespace
}  // namespace sasrec::apps
