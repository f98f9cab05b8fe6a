// What a client may not do: each limit is reached, and each refusal is a problem document.

#include <gmock/gmock.h>

#include <string>

#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using std::chrono::milliseconds;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

class ServerLimits : public ServerFixture {
 protected:
  /// Sends bytes on a connection of its own; the answer must be a problem document, and the connection closed after it.
  void expect_refused(std::string_view bytes, unsigned status) {
    HttpClient client(server->port());
    client.send(bytes);
    const auto response = client.receive();
    ASSERT_TRUE(response) << bytes;
    const testing::ScopedTrace said(__FILE__, __LINE__, std::string(bytes.substr(0, 200)));
    expect_problem(*response, status);
    EXPECT_EQ(response->header("connection"), "close") << bytes;
    EXPECT_TRUE(client.closed()) << bytes;
  }
  static void expect_problem(const HttpResponse& response, unsigned status) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
    EXPECT_THAT(response.body, StartsWith(R"({"type":"about:blank","title":")"));
    EXPECT_THAT(response.body, HasSubstr("\"status\":" + std::to_string(status)));
    EXPECT_NE(response.header("x-request-id"), "");
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
  }
  double refused(const std::string& reason) { return metrics.http_refused.Add({{"reason", reason}}).Value(); }
};

TEST_F(ServerLimits, WhatIsNotHttpIsRefused) {
  start();
  for (const std::string bytes :
       {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nHost x\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHo\x01st: x\r\n\r\n", "G\x7fT / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET example.com HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT example.com:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    expect_refused(bytes, 400);
  }
  EXPECT_EQ(refused("parse"), 17);
}

TEST_F(ServerLimits, OtherVersionsCodingsAndExpectationsAreNotUnderstood) {
  start();
  expect_refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505);
  expect_refused("GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505);
  expect_refused("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 505);
  expect_refused("GET / HTTP/1.1\nHost: x\n\n", 505);
  expect_refused("POST /v1/items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501);
  expect_refused("POST /v1/items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501);
  expect_refused("POST /v1/items HTTP/1.1\r\nHost: x\r\nExpect: coffee\r\nContent-Length: 1\r\n\r\n", 417);
}

TEST_F(ServerLimits, ABadChunkIsRefused) {
  start();
  expect_refused(
      "PUT /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\nxyz\r\n",
      400);
}

TEST_F(ServerLimits, ARequestThatEndsEarlyIsRefused) {
  start();
  for (const std::string begin : {"GET / HT",
                                  "PUT /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                  "application/json\r\nContent-Length: 10\r\n\r\n{"}) {
    HttpClient client(server->port());
    client.send(begin);
    client.finish_sending();
    const auto response = client.receive();
    ASSERT_TRUE(response) << begin;
    expect_problem(*response, 400);
  }
}

TEST_F(ServerLimits, ALargeHeaderIsRefused) {
  start();
  const std::string line = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
  expect_refused(line + "X-Long: " + std::string(16UL * 1024, 'x') + "\r\n\r\n", 431);
  expect_refused("GET /" + std::string(17UL * 1024, 'x'), 431);
  HttpClient client(server->port());
  client.send(line + "X-Long: " + std::string(16UL * 1024 - 100, 'x') + "\r\n\r\n");
  EXPECT_EQ(client.receive().value().status, 200U);
  EXPECT_EQ(refused("size"), 2);
}

TEST_F(ServerLimits, ASlowHeaderIsRefusedHoweverItTrickles) {
  options.limits.header_time = milliseconds(150);
  start();
  HttpClient client(server->port());
  // It gets a byte each time it is asked for one more, and never enough: the time counts from the beginning.
  client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
  std::jthread trickle([&client](const std::stop_token& stop) {
    while (!stop.stop_requested() && client.send("x")) std::this_thread::yield();
  });
  const auto response = client.receive();
  trickle.request_stop();
  ASSERT_TRUE(response);
  EXPECT_THAT(response->status, AnyOf(408U, 431U));
}

TEST_F(ServerLimits, AnUnfinishedHeaderIsRefusedAfterItsTime) {
  options.limits.header_time = milliseconds(50);
  start();
  expect_refused("GET /healthz HTTP/1.1\r\nHost: loc", 408);
  EXPECT_EQ(refused("slow"), 1);
}

TEST_F(ServerLimits, AConnectionThatSaysNothingIsClosed) {
  options.limits.header_time = milliseconds(50);
  start();
  EXPECT_TRUE(HttpClient(server->port()).closed());
}

TEST_F(ServerLimits, AKeptConnectionThatIsIdleIsClosed) {
  options.limits.idle_time = milliseconds(50);
  start();
  HttpClient client(server->port());
  EXPECT_EQ(client.ask({.path = "/healthz"}).status, 200U);
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerLimits, ASlowBodyIsRefused) {
  options.limits.body_time = milliseconds(50);
  start();
  expect_refused(HttpRequest{"PUT", "/v1/items", "{", {"Content-Length: 10"}}.text(), 408);
}

TEST_F(ServerLimits, ATooLargeBodyIsRefusedBeforeItIsRead) {
  start();
  const auto declared = [](const std::string& route, std::size_t size) {
    return HttpRequest{"POST", route, "", {"Content-Length: " + std::to_string(size)}}.text();
  };
  expect_refused(declared("/v1/recommendations", 256 * 1024 + 1), 413);
  expect_refused(declared("/v1/recommendations/batch", 4 * 1024 * 1024 + 1), 413);
  expect_refused(declared("/v1/interactions", 4 * 1024 * 1024 + 1), 413);
  expect_refused(declared("/nowhere", 256 * 1024 + 1), 404);
  EXPECT_EQ(refused("size"), 4);
}

TEST_F(ServerLimits, ABodyUpToItsLimitIsRead) {
  options.limits.body_bytes = 100;
  options.limits.bulk_body_bytes = 200;
  start();
  const auto padded = [](const std::string& json, std::size_t size) {
    return json + std::string(size - json.size(), ' ');
  };
  const std::string asked = R"({"user":"u"})";
  const std::string done = R"({"interactions":[{"user":"u","item":"i"}]})";
  EXPECT_EQ(post("/v1/recommendations", padded(asked, 100)).status, 202U);
  EXPECT_EQ(post("/v1/recommendations", padded(asked, 101)).status, 413U);
  EXPECT_EQ(post("/v1/interactions", padded(done, 200)).status, 200U);
  EXPECT_EQ(post("/v1/interactions", padded(done, 201)).status, 413U);
}

TEST_F(ServerLimits, AChunkedBodyIsLimitedToo) {
  options.limits.body_bytes = 100;
  start();
  const auto chunked = [](const std::string& chunk) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx", chunk.size());
    return "POST /v1/recommendations HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
           "application/json\r\nTransfer-Encoding: "
           "chunked\r\n\r\n" +
           std::string(size) + "\r\n" + chunk + "\r\n0\r\n\r\n";
  };
  HttpClient client(server->port());
  client.send(chunked(R"({"user":"u"})"));
  EXPECT_EQ(client.receive().value().status, 202U);
  expect_refused(chunked(std::string(101, ' ')), 413);
}

TEST_F(ServerLimits, TrailingFieldsOfChunksAreLimited) {
  start();
  expect_refused(
      "POST /v1/recommendations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\n{}\r\n0\r\nX: " +
          std::string(100UL * 1024, 'x'),
      431);
}

TEST_F(ServerLimits, AClientThatDoesNotReadIsDropped) {
  options.limits.write_time = milliseconds(100);
  start();
  HttpClient client(server->port(), 4096);
  // Many answers are asked for and none is taken: once the kernel's buffers are full, the server has to wait.
  const auto request = HttpRequest{.path = "/openapi.yaml"}.text();
  std::string many;
  for (int i = 0; i < 100; ++i) many += request;
  bool open = true;
  for (int i = 0; i < 1000 && open; ++i) open = client.send(many);
  EXPECT_FALSE(open);
  EXPECT_EQ(refused("slow"), 1);
}

TEST_F(ServerLimits, ConnectionsBeyondTheLimitAreTurnedAway) {
  options.limits.connections = 2;
  start();
  HttpClient first(server->port());
  HttpClient second(server->port());
  EXPECT_EQ(first.ask({.path = "/healthz"}).status, 200U);
  EXPECT_EQ(second.ask({.path = "/healthz"}).status, 200U);
  {
    HttpClient third(server->port());
    const auto refusal = third.receive();
    ASSERT_TRUE(refusal);
    expect_problem(*refusal, 503);
    EXPECT_EQ(refusal->header("retry-after"), "1");
    EXPECT_TRUE(third.closed());
  }
  EXPECT_EQ(refused("overload"), 1);
  EXPECT_EQ(first.ask({.path = "/healthz"}).status, 200U);
}

TEST_F(ServerLimits, UnknownRoutesMethodsAndTypesKeepTheConnection) {
  start();
  HttpClient client(server->port());
  expect_problem(client.ask({.path = "/nowhere"}), 404);
  const auto method = client.ask({.method = "DELETE", .path = "/v1/items"});
  expect_problem(method, 405);
  EXPECT_EQ(method.header("allow"), "PUT, GET, HEAD, OPTIONS");
  expect_problem(client.ask({.method = "BREW", .path = "/healthz"}), 405);
  expect_problem(client.ask({"POST", "/v1/interactions", "x", {"Content-Type: text/plain"}}), 415);
  expect_problem(client.ask({"POST", "/v1/interactions", "x", {"Content-Type: "}}), 415);
  expect_problem(client.ask({"POST", "/nowhere", "some body that is read and dropped"}), 404);
  EXPECT_EQ(client.ask({.path = "/healthz"}).status, 200U);
}

}  // namespace
}  // namespace sasrec::http
