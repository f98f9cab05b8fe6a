// Web pages of other origins: what a browser is told.

#include "http/cross_origin.hpp"

#include <gmock/gmock.h>

#include "base/sha256.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;

const std::string kShop = "Origin: https://shop.example";
const std::string kOther = "Origin: https://evil.example";

class CrossOriginPages : public ServerFixture {
 protected:
  void start_for(std::string_view origins) {
    options.cross_origin = CrossOrigin::parse(origins).value();
    start();
  }
  HttpResponse preflight(const std::string& path, const std::string& origin) {
    return ask({"OPTIONS", path, "", {origin, "Access-Control-Request-Method: POST"}});
  }
};

TEST_F(CrossOriginPages, AreNotAllowedUnlessASettingSaysSo) {
  start();
  for (const auto& answer : {preflight("/v1/recommendations", kShop), ask({"GET", "/v1/popular", "", {kShop}})}) {
    EXPECT_EQ(answer.header("access-control-allow-origin"), "");
    EXPECT_EQ(answer.header("access-control-allow-methods"), "");
    EXPECT_EQ(answer.header("vary"), "");
  }
}

TEST_F(CrossOriginPages, ThatAreNamedMayAsk) {
  start_for("http://localhost:5173, https://shop.example");
  const auto before = preflight("/v1/items", kShop);
  EXPECT_EQ(before.status, 204U);
  EXPECT_EQ(before.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(before.header("access-control-allow-methods"), "PUT, GET, HEAD, OPTIONS");
  for (const auto* name : {"Authorization", "Content-Type", "Prefer", "Idempotency-Key", "Last-Event-ID"}) {
    EXPECT_THAT(before.header("access-control-allow-headers"), HasSubstr(name));
  }
  EXPECT_EQ(before.header("access-control-max-age"), "600");
  EXPECT_EQ(before.header("access-control-allow-credentials"), "");
  EXPECT_EQ(before.header("vary"), "Origin");

  const auto asked = ask({"POST", "/v1/recommendations", R"({"user":"u1"})", {kShop}});
  EXPECT_EQ(asked.status, 202U);
  EXPECT_EQ(asked.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(asked.header("vary"), "Origin");
  for (const auto* name : {"Location", "Retry-After"}) {
    EXPECT_THAT(asked.header("access-control-expose-headers"), HasSubstr(name));
  }
}

TEST(CrossOrigin, APageIsForeignByTheBrowsersWordElseByItsOrigin) {
  const auto named = CrossOrigin::parse("https://shop.example").value();
  EXPECT_FALSE(named.is_foreign("", "", "localhost:8080")) << "no browser";
  EXPECT_FALSE(named.is_foreign("http://localhost:8080", "same-origin", "localhost:8080"));
  EXPECT_FALSE(named.is_foreign("https://sasrec.example", "same-origin", "api:8080")) << "behind a proxy";
  EXPECT_FALSE(named.is_foreign("", "none", "localhost:8080")) << "typed by the user";
  EXPECT_FALSE(named.is_foreign("https://shop.example", "cross-site", "localhost:8080")) << "named";
  EXPECT_FALSE(named.is_foreign("http://localhost:8080", "", "localhost:8080")) << "an old browser";
  EXPECT_TRUE(named.is_foreign("https://evil.example", "cross-site", "localhost:8080"));
  EXPECT_TRUE(named.is_foreign("https://evil.example", "same-site", "localhost:8080"));
  EXPECT_TRUE(named.is_foreign("https://evil.example", "", "localhost:8080"));
  EXPECT_TRUE(named.is_foreign("null", "", "localhost:8080")) << "a sandboxed frame or a file";
  EXPECT_TRUE(named.is_foreign("", "cross-site", "localhost:8080"));
}

TEST_F(CrossOriginPages, ChangeNothingWhereThereAreNoKeys) {
  start_for("https://shop.example");
  // As a form of another page sends it: the browser does not ask first.
  for (const auto* path : {"/v1/training-runs", "/v1/models/20260101T000000Z-000001/activate"}) {
    EXPECT_EQ(ask({"POST", path, "", {kOther, "Content-Type: text/plain"}}).status, 403U) << path;
    EXPECT_EQ(ask({"POST", path, "", {"Sec-Fetch-Site: cross-site"}}).status, 403U) << path;
  }
  EXPECT_EQ(ask({"DELETE", "/v1/users/u1", "", {kOther}}).status, 403U);
  EXPECT_EQ(ask({"POST", "/v1/recommendations", R"({"user":"u1"})", {kOther}}).status, 403U);
  EXPECT_TRUE(training.training_runs(10)->empty());
  EXPECT_EQ(ask({"GET", "/v1/popular", "", {kOther}}).status, 200U) << "without a header the page can't read it";
  EXPECT_EQ(ask({"POST", "/v1/training-runs", "", {kShop}}).status, 202U);
  EXPECT_EQ(ask({"POST", "/v1/training-runs", "", {"Sec-Fetch-Site: same-origin"}}).status, 202U);
}

TEST_F(CrossOriginPages, NeedAKeyWhereThereAreKeys) {
  ASSERT_TRUE(keys.add_key(
      {.name = "admin", .hash = base::sha256(std::string_view("secret")), .scopes = {http::Scope::kAdmin}}));
  start();
  EXPECT_EQ(ask({"POST", "/v1/training-runs", "", {kOther}}).status, 401U);
  EXPECT_EQ(ask({"POST", "/v1/training-runs", "", {kOther, "Authorization: Bearer secret"}}).status, 202U);
}

TEST_F(CrossOriginPages, SeeRefusalsTooAndTheStream) {
  ASSERT_TRUE(
      keys.add_key({.name = "k", .hash = base::sha256(std::string_view("secret")), .scopes = {http::Scope::kRead}}));
  start_for("https://shop.example");
  const auto expect_seen = [](const HttpResponse& answer, unsigned status) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.header("access-control-allow-origin"), "https://shop.example") << status;
  };
  expect_seen(ask({"POST", "/v1/recommendations", R"({"user":"u1"})", {kShop}}), 401);
  expect_seen(ask({"POST", "/v1/recommendations", R"({"user":"u1"})", {kShop, "Authorization: Bearer secret"}}), 403);
  expect_seen(ask({"GET", "/nowhere", "", {kShop}}), 404);
  expect_seen(ask({"DELETE", "/v1/items", "", {kShop}}), 405);
  expect_seen(preflight("/v1/recommendations", kShop), 204);  // browsers send no key with it
  HttpClient client(server->port());
  client.send("PUT /v1/items HTTP/1.1\r\nHost: x\r\n" + kShop +
              "\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n");
  expect_seen(client.receive().value(), 401);
  HttpClient listener(server->port());
  listener.send(HttpRequest{.path = "/v1/stream", .headers = {kShop, "Authorization: Bearer secret"}}.text());
  const auto stream = listener.receive_head().value();
  EXPECT_EQ(stream.header("content-type"), "text/event-stream");
  expect_seen(stream, 200);
}

TEST_F(CrossOriginPages, OfOtherOriginsGetNothing) {
  start_for("https://shop.example");
  for (const auto& answer : {preflight("/v1/items", kOther), ask({"GET", "/v1/popular", "", {kOther}}),
                             ask({"GET", "/v1/popular", "", {"Origin: https://shop.example.evil.example"}}),
                             ask({"GET", "/v1/popular", "", {"Origin: null"}}), get("/v1/popular")}) {
    EXPECT_EQ(answer.header("access-control-allow-origin"), "");
    EXPECT_EQ(answer.header("access-control-allow-methods"), "");
    EXPECT_EQ(answer.header("vary"), "Origin");  // so that a cache keeps it from those that are allowed
  }
}

TEST_F(CrossOriginPages, MayBeAny) {
  start_for("*");
  const auto answer = ask({"GET", "/v1/popular", "", {kOther}});
  EXPECT_EQ(answer.header("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.header("vary"), "");
  EXPECT_EQ(get("/v1/popular").header("access-control-allow-origin"), "");  // not a browser's
}

// An OPTIONS that is no question of a browser is answered as ever.
TEST_F(CrossOriginPages, PlainOptionsAreNoPreflight) {
  start_for("https://shop.example");
  const auto answer = ask({"OPTIONS", "/v1/items", "", {kShop}});
  EXPECT_EQ(answer.header("allow"), "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(answer.header("access-control-allow-methods"), "");
}

TEST(CrossOrigin, RefusesWhatIsNoOrigin) {
  for (const auto* text :
       {"shop.example", "https://shop.example/", "https://Shop.example", "https://", "://x", "*.example", "null",
        "https://a b", "https://a,,https://b", "*,https://a", "https://a/path"}) {
    EXPECT_FALSE(CrossOrigin::parse(text)) << text;
  }
  for (const auto* text : {"", "*", "https://a", "http://[::1]:8080", "https://a , https://b", "app://x"}) {
    EXPECT_TRUE(CrossOrigin::parse(text)) << text;
  }
  EXPECT_THAT(CrossOrigin::parse("https://a/").error().message, HasSubstr("cors-origins: \"https://a/\" is no origin"));
}

}  // namespace
}  // namespace sasrec::http
