#include "http/server/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/sha256.hpp"
#include "support/fakes/fake_key_store.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::http {
namespace {

namespace beast = boost::beast;
using testing::HasSubstr;

class AdmissionTest : public testing::Test {
 protected:
  static RequestHead head(std::string_view method, std::string_view target) {
    RequestHead head;
    head.version(11);
    head.method_string({method.data(), method.size()});
    head.target({target.data(), target.size()});
    head.set(beast::http::field::host, "localhost");
    return head;
  }
  static RequestHead json_post(std::string_view target) {
    auto request = head("POST", target);
    request.set(beast::http::field::content_type, "application/json");
    return request;
  }
  Arrival admit(const RequestHead& request, const Admission::Body& body = {}) {
    return admission.admit(request, "127.0.0.1", body);
  }
  unsigned status(const RequestHead& request, const Admission::Body& body = {}) {
    const auto arrival = admit(request, body);
    return arrival.refusal ? arrival.refusal->status : 0;
  }
  double refused(const std::string& reason) { return metrics.http_refused.Add({{"reason", reason}}).Value(); }

  static constexpr Admission::Body kChunks{.follows = true, .length = std::nullopt};
  static Admission::Body bytes(std::uint64_t length) { return {.follows = true, .length = length}; }

  ServerOptions options;
  telemetry::Metrics metrics;
  test::FakeKeyStore store;
  KeyRing keys{store};
  Gatekeeper gatekeeper{keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen}};
  RouteMetrics routes{metrics, endpoints()};
  Admission admission{endpoints(), options, gatekeeper, routes};
};

TEST_F(AdmissionTest, WhatMayBeAnsweredHasItsEndpointAndPathValues) {
  ASSERT_TRUE(keys.refresh());
  const auto arrival = admit(head("GET", "/v1/items/a%2Fb?x=1"));
  ASSERT_FALSE(arrival.refusal);
  EXPECT_EQ(arrival.match.endpoint->route, "/v1/items/{id}");
  EXPECT_THAT(arrival.request.path_values, testing::ElementsAre("a/b"));
  EXPECT_FALSE(arrival.body_unwanted);
}

TEST_F(AdmissionTest, TheFirstCheckThatFailsAnswers) {
  ASSERT_TRUE(
      store.add_key({.name = "reader", .hash = base::sha256(std::string_view("secret")), .scopes = {Scope::kRead}}));
  ASSERT_TRUE(keys.refresh());
  auto request = head("PATCH", "nowhere");
  request.insert(beast::http::field::expect, "coffee");
  EXPECT_EQ(status(request), 400U) << "the target is no path";
  request.target("/nowhere");
  EXPECT_EQ(status(request), 417U);
  request.erase(beast::http::field::expect);
  EXPECT_EQ(status(request), 404U);
  request.target("/v1/items");
  const auto wrong_method = admit(request);
  EXPECT_EQ(wrong_method.refusal->status, 405U);
  EXPECT_THAT(wrong_method.refusal->body, HasSubstr("this route allows PUT, GET"));
  request.method_string("PUT");
  EXPECT_EQ(status(request), 401U);
  request.set(beast::http::field::authorization, "Bearer secret");
  EXPECT_EQ(status(request), 403U) << "the key may read only";
  ASSERT_TRUE(
      store.add_key({.name = "admin", .hash = base::sha256(std::string_view("root")), .scopes = {Scope::kAdmin}}));
  ASSERT_TRUE(keys.refresh());
  request.set(beast::http::field::authorization, "Bearer root");
  EXPECT_EQ(status(request, bytes(options.limits.bulk_body_bytes + 1)), 413U);
  EXPECT_EQ(status(request, bytes(options.limits.bulk_body_bytes)), 415U);
  request.set(beast::http::field::content_type, "application/json");
  const auto admitted = admit(request, bytes(options.limits.bulk_body_bytes));
  EXPECT_FALSE(admitted.refusal);
  EXPECT_EQ(admitted.caller, "admin");
  EXPECT_EQ(admitted.body_limit, options.limits.bulk_body_bytes);
}

TEST_F(AdmissionTest, EachWrongValueInThePathIsNamed) {
  ASSERT_TRUE(keys.refresh());
  EXPECT_EQ(status(head("GET", "/v1/items/%ff")), 400U);
  const auto arrival = admit(head("GET", "/v1/users/%00/history"));
  EXPECT_EQ(arrival.refusal->status, 422U);
  EXPECT_THAT(arrival.refusal->body, HasSubstr(R"({"parameter":"id","detail":)"));
}

TEST_F(AdmissionTest, OptionsIsAnsweredWithoutAKey) {
  ASSERT_TRUE(store.add_key({.name = "a", .hash = base::sha256(std::string_view("k")), .scopes = {Scope::kAdmin}}));
  ASSERT_TRUE(keys.refresh());
  const auto arrival = admit(head("OPTIONS", "/v1/items"));
  EXPECT_EQ(arrival.refusal->status, 204U);
  EXPECT_EQ(arrival.refusal->headers.front().first, "Allow");
  EXPECT_EQ(status(head("OPTIONS", "*")), 204U);
  EXPECT_EQ(status(head("OPTIONS", "/nowhere")), 404U);
}

TEST_F(AdmissionTest, TheBodyOfARefusedRequestIsReadOnlyIfItsEndIsKnownAndNear) {
  ASSERT_TRUE(keys.refresh());
  auto request = json_post("/nowhere");
  EXPECT_FALSE(admit(request, bytes(10)).body_unwanted);
  EXPECT_TRUE(admit(request, kChunks).body_unwanted);
  const auto large = admit(request, bytes(options.limits.body_bytes + 1));
  EXPECT_TRUE(large.body_unwanted);
  EXPECT_EQ(large.refusal->status, 404U) << "the first refusal stays";
  request.set(beast::http::field::expect, "100-continue");
  EXPECT_TRUE(admit(request, bytes(10)).body_unwanted) << "the client has not sent it yet";
}

TEST_F(AdmissionTest, ARefusalByTheBodysTypeLeavesABodyThatTheClientHoldsBack) {
  ASSERT_TRUE(keys.refresh());
  auto request = head("PUT", "/v1/items");
  EXPECT_FALSE(admit(request, bytes(10)).body_unwanted);
  request.set(beast::http::field::expect, "100-continue");
  const auto arrival = admit(request, bytes(10));
  EXPECT_EQ(arrival.refusal->status, 415U);
  EXPECT_TRUE(arrival.body_unwanted);
}

TEST_F(AdmissionTest, AHeaderThatBreaksHttpEndsTheConnection) {
  ASSERT_TRUE(keys.refresh());
  auto request = json_post("/v1/recommendations");
  request.insert("Idempotency-Key", "a");
  request.insert("Idempotency-Key", "b");
  const auto arrival = admit(request, bytes(10));
  EXPECT_EQ(arrival.refusal->status, 400U);
  EXPECT_TRUE(arrival.body_unwanted);
  EXPECT_EQ(refused("parse"), 1);
}

TEST_F(AdmissionTest, RefusalsAreCountedByTheirReason) {
  Gatekeeper strict(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen, .rate = 1, .burst = 1});
  const Admission limited(endpoints(), options, strict, routes);
  ASSERT_TRUE(keys.refresh());
  const auto request = head("GET", "/v1/items");
  EXPECT_FALSE(limited.admit(request, "127.0.0.1", {}).refusal);
  EXPECT_EQ(limited.admit(request, "127.0.0.1", {}).refusal->status, 429U);
  EXPECT_EQ(refused("rate"), 1);
  EXPECT_EQ(status(json_post("/v1/recommendations"), bytes(options.limits.body_bytes + 1)), 413U);
  EXPECT_EQ(refused("size"), 1);
}

TEST_F(AdmissionTest, AProcessWithoutAnApiHasNoOtherRoutes) {
  const Admission few(operations(), options, gatekeeper, routes);
  ASSERT_TRUE(keys.refresh());
  EXPECT_FALSE(few.admit(head("GET", "/healthz"), "127.0.0.1", {}).refusal);
  EXPECT_EQ(few.admit(head("GET", "/v1/items"), "127.0.0.1", {}).refusal->status, 404U);
}

}  // namespace
}  // namespace sasrec::http
