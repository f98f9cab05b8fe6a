// How the server keeps connections, starts and stops.

#include "http/server/server.hpp"

#include <gmock/gmock.h>

#include <future>
#include <string>

#include "base/sha256.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class HttpServer : public ServerFixture {
 protected:
  std::string failure_to_start() {
    try {
      start();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "started";
  }
};

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  start();
  HttpClient client(server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += HttpRequest{.path = "/healthz", .headers = {"X-Request-Id: r" + std::to_string(i)}}.text();
  client.send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.receive().value().header("x-request-id"), "r" + std::to_string(i));
}

TEST_F(HttpServer, AWaitingRequestDoesNotOvertakeNorIsOvertaken) {
  start();
  HttpClient client(server->port());
  client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u"})", {"Prefer: wait=10"}}.text() +
              HttpRequest{.path = "/healthz"}.text());
  deliver(result_for(published(0)));
  EXPECT_THAT(client.receive().value().body, HasSubstr("\"done\""));
  EXPECT_THAT(client.receive().value().body, HasSubstr("alive"));
}

TEST_F(HttpServer, KeepsConnectionsAsTheVersionSays) {
  start();
  HttpClient old(server->port());
  old.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(old.receive().value().header("connection"), "keep-alive");
  old.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().value().header("connection"), "close");
  EXPECT_TRUE(old.closed());
  HttpClient closing(server->port());
  closing.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(closing.receive().value().header("connection"), "close");
  EXPECT_TRUE(closing.closed());
}

TEST_F(HttpServer, HeadHasNoBodyAndOptionsSaysWhatIsAllowed) {
  start();
  HttpClient client(server->port());
  client.send(HttpRequest{.method = "HEAD", .path = "/healthz"}.text());
  const auto head = client.receive_head().value();
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.header("content-length"), std::to_string(std::string_view(R"({"status":"alive"})").size()));
  const auto options_of_items = client.ask({.method = "OPTIONS", .path = "/v1/items"});
  EXPECT_EQ(options_of_items.status, 204U);
  EXPECT_EQ(options_of_items.header("allow"), "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(client.ask({.method = "OPTIONS", .path = "*"}).status, 204U);
  EXPECT_EQ(client.ask({.method = "OPTIONS", .path = "/nowhere"}).status, 404U);
}

TEST_F(HttpServer, TakesTargetsThatAreUrls) {
  start();
  HttpClient client(server->port());
  client.send("GET http://localhost/healthz?x#y HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.receive().value().status, 200U);
}

TEST_F(HttpServer, AsksForTheBodyOnlyIfItWantsIt) {
  start();
  HttpClient client(server->port());
  const std::string body = R"({"user":"u"})";
  const auto head = [&](const std::string& route) {
    return HttpRequest{"POST", route, "", {"Expect: 100-continue", "Content-Length: " + std::to_string(body.size())}}
        .text();
  };
  client.send(head("/v1/recommendations"));
  EXPECT_EQ(client.receive().value().status, 100U);
  client.send(body);
  EXPECT_EQ(client.receive().value().status, 202U);
  client.send(head("/nowhere"));
  EXPECT_EQ(client.receive().value().status, 404U);
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServer, GivesARequestIdBackOrMakesOne) {
  start();
  EXPECT_EQ(ask({.path = "/healthz", .headers = {"X-Request-Id: mine"}}).header("x-request-id"), "mine");
  EXPECT_EQ(get("/healthz").header("x-request-id").size(), 36U);
  EXPECT_EQ(get("/nowhere").header("x-request-id").size(), 36U);
}

TEST_F(HttpServer, ManyConnectionsOnSeveralThreads) {
  options.io_threads = 2;
  start();
  std::vector<std::jthread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([this] {
      HttpClient client(server->port());
      for (int n = 0; n < 200; ++n) EXPECT_EQ(client.ask({.path = "/v1/popular"}).status, 200U);
    });
  }
  clients.clear();
}

TEST_F(HttpServer, AClientThatGoesAwayIsNotWaitedFor) {
  start();
  HttpClient client(server->port());
  client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u"})", {"Prefer: wait=30"}}.text());
  published(0);
  client.reset();
  // Its place is free long before the wait would be over.
  server->stop(seconds(10));
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpServer, AClientThatStopsSendingIsAnsweredAtOnce) {
  start();
  HttpClient client(server->port());
  client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u"})", {"Prefer: wait=30"}}.text());
  client.finish_sending();
  EXPECT_EQ(client.receive().value().status, 202U);
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServer, WithoutKeysItListensOnLoopbackOnly) {
  options.address = "0.0.0.0";
  EXPECT_THAT(failure_to_start(), HasSubstr("no API keys"));
  ASSERT_TRUE(keys.add_key({.name = "shop", .hash = base::sha256("x"), .scopes = {http::Scope::kRead}}));
  EXPECT_EQ(failure_to_start(), "started");
  EXPECT_EQ(get("/v1/popular").status, 401U);
}

TEST_F(HttpServer, WithoutADatabaseItStartsAndAnswersNothingThatNeedsAKey) {
  keys.outage().fail();
  options.address = "0.0.0.0";
  EXPECT_EQ(failure_to_start(), "started");
  EXPECT_EQ(get("/v1/popular").status, 503U);
  EXPECT_EQ(get("/healthz").status, 200U);
}

TEST_F(HttpServer, SaysWhyItCannotListen) {
  options.address = "localhost.invalid";
  EXPECT_THAT(failure_to_start(), HasSubstr("localhost.invalid is no IP address"));
  options.address = "127.0.0.1";
  start();
  options.port = server->port();
  EXPECT_THROW(Server(services(), options), std::runtime_error);
}

TEST_F(HttpServer, StoppingClosesIdleConnectionsAtOnce) {
  start();
  HttpClient said(server->port());
  EXPECT_EQ(said.ask({.path = "/healthz"}).status, 200U);
  HttpClient silent(server->port());
  server->stop(seconds(10));
  EXPECT_EQ(server->connections(), 0U);
  EXPECT_TRUE(said.closed());
  EXPECT_TRUE(silent.closed());
  EXPECT_THROW(HttpClient(server->port()), std::runtime_error);
}

TEST_F(HttpServer, StoppingAnswersThoseWhoWait) {
  start();
  HttpClient waiting(server->port());
  waiting.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u"})", {"Prefer: wait=30"}}.text());
  published(0);
  server->stop(seconds(10));
  const auto response = waiting.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 202U);
  EXPECT_EQ(response->header("connection"), "close");
}

TEST_F(HttpServer, StoppingLetsARequestInFlightEndAndIsNotReadyMeanwhile) {
  std::promise<void> begun;
  std::promise<void> go_on;
  readiness.push_back({"slow", [&, first = true]() mutable -> base::Result<std::string> {
                         if (std::exchange(first, false)) {
                           begun.set_value();
                           go_on.get_future().wait();
                         }
                         return {};
                       }});
  start();
  HttpClient client(server->port());
  // The second is read only after the first is answered, which is after the stop.
  client.send(HttpRequest{.path = "/readyz"}.text());
  begun.get_future().wait();
  auto stopped = std::async(std::launch::async, [this] { server->stop(seconds(10)); });
  go_on.set_value();
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200U);
  stopped.get();
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServer, StoppingCutsOffWhatDoesNotEndInTime) {
  start();
  recommendations.outage().hold();
  HttpClient client(server->port());
  client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u"})"}.text());
  ASSERT_TRUE(recommendations.outage().await_calls(1));
  const auto before = std::chrono::steady_clock::now();
  server->stop(milliseconds(50));
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(5));
  server.reset();
  EXPECT_TRUE(client.closed());
  // The store's answer finds nobody.
  recommendations.outage().release();
}

TEST_F(HttpServer, AnswersOfStoresThatComeWhenItIsGoneAreDropped) {
  start();
  recommendations.outage().hold();
  HttpClient client(server->port());
  client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u"})"}.text());
  ASSERT_TRUE(recommendations.outage().await_calls(1));
  server.reset();
  recommendations.outage().release();
}

}  // namespace
}  // namespace sasrec::http
