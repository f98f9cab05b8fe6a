// Interactions, users, items and the service's own routes, on real sockets with fakes behind the server.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class DataRoutes : public ServerFixture {
 protected:
  void add_items() {
    items.add({.id = "i1", .title = "The Blue Planet", .categories = {"Nature"}, .attributes = R"({"year":2001})"});
    items.add({.id = "i2", .title = "Blue Velvet", .categories = {}, .attributes = "{}", .available = false});
    items.add({.id = "a/b ä", .title = "Odd", .categories = {}, .attributes = "{}"});
    ASSERT_TRUE(catalogue.refresh());
  }
};

TEST_F(DataRoutes, InteractionsAreStoredOnce) {
  start();
  const std::string body =
      R"({"interactions":[{"id":"e1","user":"u1","item":"i1","time":"2026-01-02T03:04:05Z","kind":"view"},
                          {"id":"e2","user":"u2","item":"i1"}]})";
  EXPECT_EQ(post("/v1/interactions", body).body, R"({"accepted":2,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", body).body, R"({"accepted":0,"duplicates":2})");
  EXPECT_EQ(interactions.all().size(), 2U);
  EXPECT_EQ(metrics.interactions_written.Value(), 2);
}

TEST_F(DataRoutes, ARetryWithItsKeyAddsNothing) {
  start();
  const std::string body = R"({"interactions":[{"user":"u1","item":"i1"},{"user":"u1","item":"i1"}]})";
  EXPECT_EQ(post("/v1/interactions", body, {"Idempotency-Key: k"}).body, R"({"accepted":2,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", body, {"Idempotency-Key: k"}).body, R"({"accepted":0,"duplicates":2})");
  EXPECT_EQ(post("/v1/interactions", body).body, R"({"accepted":2,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", body, {"Idempotency-Key: \xc3\xa4"}).status, 422U);
}

TEST_F(DataRoutes, OneBadInteractionRefusesAll) {
  start();
  const auto response = post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"i1"},{"user":"u1"}]})");
  EXPECT_EQ(response.status, 422U);
  EXPECT_THAT(response.body, HasSubstr("/interactions/1/item"));
  EXPECT_TRUE(interactions.all().empty());
}

TEST_F(DataRoutes, ALargeBodyIsReadAwayFromTheIoThread) {
  start();
  std::string elements;
  for (int i = 0; i < 1000; ++i) {
    elements += (i == 0 ? "" : ",") + std::string(R"({"user":")") + std::string(200, 'u') + R"(","item":"i"})";
  }
  EXPECT_EQ(post("/v1/interactions", "{\"interactions\":[" + elements + "]}").body,
            R"({"accepted":1000,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", "{\"interactions\":[" + elements + ",]}").status, 400U);
}

TEST_F(DataRoutes, UsersComeInPages) {
  start();
  for (const std::string user : {"ana", "anb", "anc", "bob"}) {
    post("/v1/interactions", R"({"interactions":[{"user":")" + user + R"(","item":"i1"}]})");
  }
  EXPECT_EQ(get("/v1/users?query=an&limit=2").body, R"({"users":[{"user":"ana"},{"user":"anb"}],"next":"anb"})");
  EXPECT_EQ(get("/v1/users?query=an&limit=2&after=anb").body, R"({"users":[{"user":"anc"}]})");
  EXPECT_EQ(get("/v1/users?query=x").body, R"({"users":[]})");
  const auto wrong = get("/v1/users?limit=1001&colour=red");
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_THAT(wrong.body, HasSubstr(R"("parameter":"limit")"));
  EXPECT_THAT(wrong.body, HasSubstr(R"("parameter":"colour")"));
}

TEST_F(DataRoutes, AUsersHistoryHasTitlesAndComesNewestFirst) {
  add_items();
  start();
  post("/v1/interactions",
       R"({"interactions":[{"user":"u ä/1","item":"i1","time":1767323045,"kind":"view"},
                           {"user":"u ä/1","item":"i9","time":1767323046,"kind":"buy"}]})");
  EXPECT_EQ(get("/v1/users/u%20%C3%A4%2F1/history").body,
            R"({"user":"u ä/1","history":[{"item":"i9","time":"2026-01-02T03:04:06Z","kind":"buy"},)"
            R"({"item":"i1","title":"The Blue Planet","time":"2026-01-02T03:04:05Z","kind":"view"}]})");
  EXPECT_THAT(get("/v1/users/u%20%C3%A4%2F1/history?limit=1").body, Not(HasSubstr("i1")));
  EXPECT_EQ(get("/v1/users/nobody/history").body, R"({"user":"nobody","history":[]})");
}

TEST_F(DataRoutes, PathsMustHoldIds) {
  start();
  const auto control = get("/v1/users/a%01/history");
  EXPECT_EQ(control.status, 422U);
  EXPECT_THAT(control.body, HasSubstr(R"("parameter":"id")"));
  EXPECT_EQ(get("/v1/users/%ff/history").status, 400U);
  EXPECT_EQ(get("/v1/users/" + std::string(257, 'u') + "/history").status, 422U);
}

TEST_F(DataRoutes, AUserCanBeDeleted) {
  start();
  post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"i1"},{"user":"u1","item":"i2"}]})");
  EXPECT_EQ(ask({.method = "DELETE", .path = "/v1/users/u1"}).body, R"({"interactions":2})");
  EXPECT_EQ(ask({.method = "DELETE", .path = "/v1/users/u1"}).body, R"({"interactions":0})");
}

TEST_F(DataRoutes, WhoPutsAnItemFindsIt) {
  start();
  const auto put = ask(
      {"PUT", "/v1/items", R"({"items":[{"id":"n1","title":"New \u00e4","categories":["A"],"attributes":{"x":1}}]})"});
  EXPECT_EQ(put.body, R"({"accepted":1})");
  EXPECT_EQ(get("/v1/items/n1").body,
            R"({"id":"n1","title":"New ä","categories":["A"],"attributes":{"x":1},"available":true})");
  EXPECT_EQ(ask({"PUT", "/v1/items", R"({"items":[{"id":""}]})"}).status, 422U);
}

TEST_F(DataRoutes, ItemsAreFoundByTitleAndById) {
  add_items();
  start();
  EXPECT_THAT(get("/v1/items?query=blue+pla").body, StartsWith(R"({"items":[{"id":"i1")"));
  EXPECT_EQ(get("/v1/items?query=nothing").body, R"({"items":[]})");
  EXPECT_EQ(get("/v1/items/a%2Fb%20%C3%A4").status, 200U);
  EXPECT_EQ(get("/v1/items/unknown").status, 404U);
  EXPECT_EQ(get("/v1/items?limit=0").status, 422U);
}

TEST_F(DataRoutes, SimilarItemsComeWithTheirTitles) {
  add_items();
  std::vector<std::size_t> asked;
  similar = [&](std::string_view item, std::size_t k) -> base::Result<serving::SimilarItems> {
    asked.push_back(k);
    if (item != "i5") return base::fail(base::ErrorCode::kNotFound, "the model doesn't know {}", item);
    if (k > bus::kMaxK) return base::fail(base::ErrorCode::kInvalidInput, "k is {}", k);  // as the engine
    std::vector<base::ScoredId> all{{"i1", 0.5F}, {"x", 0.25F}};
    all.resize(std::min(k, all.size()));
    return serving::SimilarItems{.model = "v1", .items = std::move(all)};
  };
  start();
  EXPECT_EQ(get("/v1/items/i5/similar?k=1").body,
            R"({"item":"i5","model":"v1","items":[{"item":"i1","score":0.5,"title":"The Blue Planet"}]})");
  EXPECT_THAT(asked, ElementsAre(1));
  EXPECT_EQ(
      get("/v1/items/i5/similar").body,
      R"({"item":"i5","model":"v1","items":[{"item":"i1","score":0.5,"title":"The Blue Planet"},{"item":"x","score":0.25}]})");
  EXPECT_EQ(get("/v1/items/i6/similar").status, 404U);
  EXPECT_EQ(get("/v1/items/i5/similar?k=600").status, 200U);
  EXPECT_EQ(get("/v1/items/i5/similar?k=1000").status, 200U);
  EXPECT_EQ(get("/v1/items/i5/similar?k=1001").status, 422U);
}

TEST_F(DataRoutes, ANamedVersionAnswersAtOnce) {
  add_items();
  bus::RequestRecord asked;
  recommend_with = [&](std::string_view version, const bus::RequestRecord& request) -> base::Result<bus::ResultRecord> {
    if (version != "v1") return base::fail(base::ErrorCode::kNotFound, "there is no version {}", version);
    asked = request;
    return bus::ResultRecord{.model = "v1",
                             .source = "model",
                             .items = {{"i1", 0.5F}},
                             .unknown_items = 1,
                             .explanation = {{{"i2"}, {1}, {{0.25F}}}}};
  };
  start();
  const std::string path = "/v1/models/v1/recommendations";
  const auto answer = post(path, R"({"history":["i2","x"],"k":3,"explain":true})");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(
      answer.body,
      StartsWith(R"({"model":"v1","source":"model","items":[{"item":"i1","score":0.5,"title":"The Blue Planet"}],)"
                 R"("unknown_items":1,"explanation":{"history":[{"item":"i2",)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("effects":[[0.25]])"));
  EXPECT_THAT(asked.history, ElementsAre("i2", "x"));
  EXPECT_EQ(asked.k, 3U);

  for (const auto* item : {"i3", "i4"}) {
    ASSERT_TRUE(interactions.add_now(
        std::vector{bus::Interaction{.id = item, .user = "u1", .item = item, .time = base::now(), .kind = "view"}}));
  }
  EXPECT_EQ(post(path, R"({"user":"u1"})").status, 200U);
  EXPECT_THAT(asked.history, ElementsAre("i3", "i4")) << "the stored history, oldest first";
  EXPECT_EQ(post("/v1/models/v2/recommendations", R"({"user":"u1"})").status, 404U);
  EXPECT_EQ(post(path, R"({"k":1})").status, 422U);
  interactions.outage().fail();
  EXPECT_EQ(post(path, R"({"user":"u1"})").status, 503U);
}

TEST_F(DataRoutes, AFullComputePoolRefusesAtOnce) {
  options.compute_threads = 1;
  options.compute_queue = 1;
  std::promise<void> begun;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  similar = [&, first = true](std::string_view, std::size_t) mutable -> base::Result<serving::SimilarItems> {
    if (std::exchange(first, false)) begun.set_value();
    may_go_on.wait();
    return serving::SimilarItems{};
  };
  start();
  HttpClient computing(server->port());
  computing.send(HttpRequest{.path = "/v1/items/i1/similar"}.text());
  begun.get_future().wait();
  // Of two more one waits and the other is refused, which is the first to be answered.
  std::promise<unsigned> first;
  std::atomic<bool> answered = false;
  const auto ask_more = [&] {
    const auto status = get("/v1/items/i2/similar").status;
    if (!answered.exchange(true)) {
      first.set_value(status);
    } else {
      EXPECT_EQ(status, 200U);
    }
  };
  std::jthread second(ask_more);
  std::jthread third(ask_more);
  EXPECT_EQ(first.get_future().get(), 503U);
  go_on.set_value();
  EXPECT_EQ(computing.receive().value().status, 200U);
}

TEST_F(DataRoutes, AnExceptionIsA500AndNotTheEnd) {
  similar = [](std::string_view, std::size_t) -> base::Result<serving::SimilarItems> {
    throw std::runtime_error("secret detail");
  };
  start();
  const auto response = get("/v1/items/i1/similar");
  EXPECT_EQ(response.status, 500U);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_EQ(get("/healthz").status, 200U);
}

TEST_F(DataRoutes, PopularItemsAreAvailableOnes) {
  add_items();
  start();
  post("/v1/interactions",
       R"({"interactions":[{"user":"a","item":"i2"},{"user":"b","item":"i2"},{"user":"a","item":"i1"}]})");
  ASSERT_TRUE(popular.refresh());
  EXPECT_EQ(
      get("/v1/popular?k=5").body,
      R"({"items":[{"item":"i1","score":1,"title":"The Blue Planet"},{"item":"a/b ä","score":0,"title":"Odd"}]})");
}

TEST_F(DataRoutes, WhatIsPopularIsFilledFromTheCatalogue) {
  items.add({.id = "a", .attributes = "{}", .updated = base::Time(std::chrono::seconds(1))});
  items.add({.id = "b", .attributes = "{}", .available = false, .updated = base::Time(std::chrono::seconds(1))});
  items.add({.id = "c", .attributes = "{}", .updated = base::Time(std::chrono::seconds(1))});
  ASSERT_TRUE(catalogue.refresh());
  start();
  EXPECT_EQ(get("/v1/popular").body, R"({"items":[{"item":"a","score":0},{"item":"c","score":0}]})");
  EXPECT_EQ(get("/v1/popular?k=1").body, R"({"items":[{"item":"a","score":0}]})");
}

TEST_F(DataRoutes, WithoutAModelSimilarItemsAreAConflictThatSaysWhatToDo) {
  similar = [](std::string_view, std::size_t) -> base::Result<serving::SimilarItems> {
    return base::fail(base::ErrorCode::kUnavailable, "no model");
  };
  serves_model = false;
  start();
  const auto refused = get("/v1/items/i1/similar");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.body, HasSubstr(R"("title":"Conflict")"));
  EXPECT_THAT(refused.body, HasSubstr("POST /v1/training-runs"));
  EXPECT_EQ(get("/v1/items/i1/similar?k=0").status, 422U);
}

TEST_F(DataRoutes, WhatIsStillLoadingIsNotAnswered) {
  std::atomic<bool> ready = false;
  loaded = [&]() -> base::Result<void> {
    if (ready) return {};
    return base::fail(base::ErrorCode::kUnavailable, "the catalogue is being read");
  };
  add_items();
  start();
  for (const auto* path : {"/v1/popular", "/v1/items", "/v1/items/i1", "/v1/items/i1/similar", "/v1/users/u/history",
                           "/v1/recommendations/4e0f1c7e-7a1c-4c39-9f3c-0a4a5c1d2e3f"}) {
    const auto refused = get(path);
    EXPECT_EQ(refused.status, 503U) << path;
    EXPECT_EQ(refused.header("retry-after"), "1") << path;
    EXPECT_THAT(refused.body, HasSubstr("the catalogue is being read")) << path;
  }
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u"})").status, 503U);
  EXPECT_EQ(post("/v1/interactions", R"({"interactions":[{"user":"a","item":"i2"}]})").status, 200U);
  ready = true;
  EXPECT_EQ(get("/v1/popular").status, 200U);
}

TEST_F(DataRoutes, ReadinessNamesWhatIsMissing) {
  bool ready = true;
  readiness.push_back({"database", [&]() -> base::Result<std::string> {
                         if (ready) return {};
                         return base::fail(base::ErrorCode::kUnavailable, "can't be reached");
                       }});
  readiness.push_back({"model", []() -> base::Result<std::string> {
                         return "none yet";
                       }});
  start();
  EXPECT_EQ(get("/healthz").status, 200U);
  EXPECT_EQ(
      get("/readyz").body,
      R"({"status":"ready","checks":[{"name":"database","ready":true},{"name":"model","ready":true,"detail":"none yet"}]})");
  ready = false;
  const auto missing = get("/readyz");
  EXPECT_EQ(missing.status, 503U);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  EXPECT_THAT(missing.body, HasSubstr(R"({"name":"database","ready":false,"detail":"can't be reached"})"));
  EXPECT_EQ(get("/healthz").status, 200U);
}

TEST_F(DataRoutes, MetricsCountByRoute) {
  start();
  get("/v1/items/some-item");
  get("/v1/items/another");
  get("/nowhere");
  const auto metrics_text = get("/metrics");
  EXPECT_EQ(metrics_text.header("content-type"), telemetry::kMetricsContentType);
  EXPECT_THAT(metrics_text.body,
              HasSubstr(R"(sasrec_http_requests_total{method="GET",route="/v1/items/{id}",status="404"} 2)"));
  EXPECT_THAT(metrics_text.body, HasSubstr(R"(sasrec_http_requests_total{method="GET",route="other",status="404"} 1)"));
  EXPECT_THAT(metrics_text.body, HasSubstr("sasrec_http_open_connections 1"));
  EXPECT_THAT(metrics_text.body, Not(HasSubstr("some-item")));
}

TEST_F(DataRoutes, AWrongValueInThePathIsNamedAsTheRouteDoes) {
  start();
  EXPECT_THAT(get("/v1/users/%00/history").body, HasSubstr(R"("errors":[{"parameter":"id",)"));
  EXPECT_THAT(post("/v1/models/%00/activate", "").body, HasSubstr(R"("errors":[{"parameter":"version",)"));
}

TEST_F(DataRoutes, CategoriesAreThoseOfTheWholeCatalogue) {
  add_items();
  for (int n = 0; n < 1200; ++n) {
    items.add({.id = fmt::format("n{:04}", n), .title = "x", .categories = {"A"}, .attributes = "{}"});
  }
  items.add({.id = "z1", .title = "x", .categories = {"Rare", "A", "A"}, .attributes = "{}"});
  items.add({.id = "z2", .title = "x", .categories = {"Gone"}, .attributes = "{}", .available = false});
  ASSERT_TRUE(catalogue.refresh());
  start();
  EXPECT_EQ(get("/v1/categories").body,
            R"({"total":3,"categories":[{"category":"A","items":1201},{"category":"Nature","items":1},)"
            R"({"category":"Rare","items":1}]})");
  EXPECT_EQ(get("/v1/categories?limit=1").body, R"({"total":3,"categories":[{"category":"A","items":1201}]})");
  EXPECT_EQ(get("/v1/categories?limit=0").status, 422U);
  EXPECT_EQ(post("/v1/categories", "{}").status, 405U);
}

TEST_F(DataRoutes, KeysAreAskedForOnceThereAreSome) {
  options.key_interval = std::chrono::milliseconds(5);
  start();
  EXPECT_EQ(get("/v1/popular").status, 200U);
  ASSERT_TRUE(keys.add_key({.name = "shop", .hash = base::sha256("s3cret"), .scopes = {http::Scope::kRead}}));
  ASSERT_TRUE(keys.outage().await_calls(keys.outage().calls() + 2));
  const auto refused = get("/v1/popular");
  EXPECT_EQ(refused.status, 401U);
  EXPECT_THAT(refused.header("www-authenticate"), StartsWith("Bearer"));
  EXPECT_EQ(ask({.path = "/v1/popular", .headers = {"Authorization: Bearer s3cret"}}).status, 200U);
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u"})", {"Authorization: Bearer s3cret"}).status, 403U);
  EXPECT_EQ(get("/metrics").status, 401U);
  for (const auto* open : {"/", "/healthz", "/readyz", "/docs", "/openapi.yaml"})
    EXPECT_EQ(get(open).status, 200U) << open;
}

TEST_F(DataRoutes, TooManyRequestsAreRefusedWithWhenToTryAgain) {
  options.rate = 0.01;
  options.burst = 2;
  start();
  EXPECT_EQ(get("/v1/popular").status, 200U);
  EXPECT_EQ(get("/v1/popular").status, 200U);
  const auto refused = get("/v1/popular");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_GT(std::stoi(refused.header("retry-after")), 90);
  EXPECT_EQ(get("/healthz").status, 200U);
}

}  // namespace
}  // namespace sasrec::http
