#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bus/codec.hpp"
#include "http/server/server.hpp"
#include "support/fakes/fake_services.hpp"
#include "support/http_client.hpp"

namespace sasrec::http {

using test::HttpClient;
using test::HttpRequest;
using test::HttpResponse;

/// A server on a free port of 127.0.0.1, with fakes behind it. Tests start it once all is as they want it.
class ServerFixture : public testing::Test, public test::FakeServices {
 public:
  ~ServerFixture() override {
    recommendations.outage().release();
    interactions.outage().release();
    items.outage().release();
    keys.outage().release();
    training.outage().release();
    server.reset();
  }

 protected:
  ServerFixture() {
    options.port = 0;
    // Short, so that no test that reaches one takes long; what shall not be reached is raised in the test.
    options.limits.header_time = std::chrono::seconds(10);
    options.limits.linger_time = std::chrono::milliseconds(200);
    hub_thread = std::jthread([this](const std::stop_token& stop) { hub.run(stop); });
    EXPECT_TRUE(bus.await_subscriptions(1));
  }

  void start() { server.emplace(services(), options); }

  HttpResponse ask(const HttpRequest& request) { return test::http(server->port(), request); }
  HttpResponse get(std::string path) { return ask({.path = std::move(path)}); }
  HttpResponse post(std::string path, std::string body, std::vector<std::string> headers = {}) {
    return ask({"POST", std::move(path), std::move(body), std::move(headers)});
  }

  /// Lets the worker's answer to a request come in.
  void deliver(const bus::ResultRecord& result) { bus.add(bus::encode(result)); }
  /// The `n`th request that was published.
  bus::RequestRecord published(std::size_t n) {
    EXPECT_TRUE(bus.await_published(bus::Topic::kRequests, n + 1));
    return bus::decode_request(bus.published(bus::Topic::kRequests).at(n)).value();
  }
  /// A result of two items for `request`.
  static bus::ResultRecord result_for(const bus::RequestRecord& request) {
    return {.id = request.id,
            .user = request.user,
            .model = "20261122T153000Z-000007",
            .source = "model",
            .items = {{"i7", 2.5F}, {"i8", 1.25F}},
            .created = request.created,
            .deadline = request.deadline,
            .finished = request.created + std::chrono::milliseconds(5),
            .timings = {.database_ms = 1, .bus_ms = 2, .queue_ms = 0.5F, .inference_ms = 0.25F}};
  }

  ServerOptions options;
  std::optional<Server> server;
  std::jthread hub_thread;
};

}  // namespace sasrec::http
