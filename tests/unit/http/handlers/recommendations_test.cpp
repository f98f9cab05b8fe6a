// POST and GET of recommendations on real sockets, with fakes behind the server.

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/sha256.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using bus::Status;
using testing::HasSubstr;
using testing::StartsWith;

boost::json::object parse(const HttpResponse& response) {
  return boost::json::parse(response.body).as_object();
}

std::string text(const boost::json::value& value) {
  const auto& view = value.as_string();
  return {view.data(), view.size()};
}

class RecommendationRoutes : public ServerFixture {
 protected:
  /// Asks with Prefer: wait on a connection of its own, and lets the worker answer once the request is published.
  HttpResponse ask_and_answer(const std::string& body, std::vector<std::string> headers) {
    headers.emplace_back("Prefer: wait=10");
    HttpClient client(server->port());
    client.send(HttpRequest{"POST", "/v1/recommendations", body, std::move(headers)}.text());
    deliver(result_for(published(0)));
    return client.receive().value_or(HttpResponse{});
  }
};

TEST_F(RecommendationRoutes, AnswersAtOnceWithWhereTheResultWillBe) {
  start();
  const auto response = post("/v1/recommendations", R"({"user":"u1","k":3})");
  EXPECT_EQ(response.status, 202U);
  const auto body = parse(response);
  EXPECT_EQ(text(body.at("status")), "pending");
  EXPECT_EQ(response.header("location"), "/v1/recommendations/" + text(body.at("id")));
  const auto request = published(0);
  EXPECT_EQ(request.id.text(), text(body.at("id")));
  EXPECT_EQ(request.user, "u1");
  EXPECT_EQ(request.k, 3U);

  const auto pending = get(response.header("location"));
  EXPECT_EQ(pending.status, 200U);
  EXPECT_EQ(text(parse(pending).at("status")), "pending");
}

TEST_F(RecommendationRoutes, AUsersStoredHistoryGoesAlong) {
  recommendations.set_history("u1", {"i1", "i2"});
  start();
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u1"})").status, 202U);
  EXPECT_EQ(published(0).history, (std::vector<std::string>{"i1", "i2"}));
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u1","history":["i5"]})").status, 202U);
  EXPECT_EQ(published(1).history, std::vector<std::string>{"i5"});
}

TEST_F(RecommendationRoutes, WhoWaitsGetsTheResult) {
  items.add({.id = "i7", .title = "Seven \"7\""});
  ASSERT_TRUE(catalogue.refresh());
  start();
  const auto response = ask_and_answer(R"({"user":"u1"})", {});
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.header("preference-applied"), "wait=10");
  const auto body = parse(response);
  EXPECT_EQ(text(body.at("status")), "done");
  EXPECT_EQ(text(body.at("user")), "u1");
  EXPECT_EQ(text(body.at("model")), "20261122T153000Z-000007");
  EXPECT_EQ(text(body.at("source")), "model");
  const auto& items_json = body.at("items").as_array();
  ASSERT_EQ(items_json.size(), 2U);
  EXPECT_EQ(text(items_json[0].at("item")), "i7");
  EXPECT_EQ(items_json[0].at("score"), 2.5);
  EXPECT_EQ(text(items_json[0].at("title")), "Seven \"7\"");
  EXPECT_FALSE(items_json[1].as_object().contains("title"));
  EXPECT_EQ(body.at("timings").at("bus_ms"), 2.0);
  EXPECT_TRUE(body.contains("created"));
  EXPECT_TRUE(body.contains("finished"));
}

TEST_F(RecommendationRoutes, WithoutAModelAPopularAnswerSaysWhatToDo) {
  serves_model = false;
  start();
  HttpClient client(server->port());
  const auto ask_for_popular = [&](std::size_t n) {
    client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u1"})", {"Prefer: wait=10"}}.text());
    auto result = result_for(published(n));
    result.source = "popular";
    result.model.clear();
    deliver(result);
    return parse(client.receive().value_or(HttpResponse{}));
  };
  const auto first = ask_for_popular(0);
  EXPECT_THAT(text(first.at("notice")), testing::HasSubstr("sasrec-trainer train"));
  EXPECT_EQ(text(parse(get("/v1/recommendations/" + text(first.at("id")))).at("notice")), text(first.at("notice")));
  serves_model = true;
  EXPECT_FALSE(ask_for_popular(1).contains("notice"));
}

TEST_F(RecommendationRoutes, AWaitThatIsTooShortEndsWith202) {
  options.limits.max_wait = std::chrono::milliseconds(1500);  // a whole second is left of any wish
  start();
  const auto response = post("/v1/recommendations", R"({"user":"u1"})", {"Prefer: wait=20"});
  EXPECT_EQ(response.status, 202U);
  EXPECT_EQ(response.header("preference-applied"), "wait=1");
}

TEST_F(RecommendationRoutes, AFailedRequestSaysWhy) {
  start();
  HttpClient client(server->port());
  client.send(HttpRequest{"POST", "/v1/recommendations", R"({"user":"u1"})", {"Prefer: wait=10"}}.text());
  const auto request = published(0);
  deliver({.id = request.id,
           .status = Status::kFailed,
           .error = "no model",
           .created = request.created,
           .deadline = request.deadline,
           .finished = request.created});
  const auto body = parse(client.receive().value());
  EXPECT_EQ(text(body.at("status")), "failed");
  EXPECT_EQ(text(body.at("error")), "no model");
  EXPECT_FALSE(body.contains("items"));
}

TEST_F(RecommendationRoutes, TheTraceContextGoesOnTheBus) {
  start();
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto answered = post("/v1/recommendations", R"({"user":"u"})", {"traceparent: " + trace});
  EXPECT_EQ(answered.status, 202U);
  EXPECT_EQ(answered.header("traceparent"), trace);
  EXPECT_EQ(published(0).traceparent, trace);
  const auto made = post("/v1/recommendations", R"({"user":"u"})", {"traceparent: nonsense"});
  EXPECT_EQ(made.status, 202U);
  EXPECT_EQ(made.header("traceparent"), published(1).traceparent);
  EXPECT_EQ(published(1).traceparent.size(), trace.size());
}

TEST_F(RecommendationRoutes, AResultIsFoundAmongTheRecentOnesWithoutTheDatabase) {
  start();
  const auto asked = ask_and_answer(R"({"user":"u1"})", {});
  recommendations.outage().fail();
  const auto response = get("/v1/recommendations/" + text(parse(asked).at("id")));
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, asked.body);
}

TEST_F(RecommendationRoutes, AnOldResultIsFoundInTheDatabase) {
  start();
  bus::RequestRecord request{.id = base::Uuid::make(), .user = "u1", .created = base::now()};
  recommendations.add(request, base::now());
  ASSERT_TRUE(recommendations.finish(std::vector{result_for(request)}));
  const auto body = parse(get("/v1/recommendations/" + request.id.text()));
  EXPECT_EQ(text(body.at("id")), request.id.text());
  EXPECT_EQ(text(body.at("status")), "done");
  EXPECT_EQ(body.at("items").as_array().size(), 2U);
}

TEST_F(RecommendationRoutes, GettingCanWaitToo) {
  start();
  const auto asked = post("/v1/recommendations", R"({"user":"u1"})");
  HttpClient client(server->port());
  client.send(HttpRequest{.path = asked.header("location"), .headers = {"Prefer: wait=10"}}.text());
  ASSERT_TRUE(recommendations.outage().await_calls(2));
  deliver(result_for(published(0)));
  EXPECT_EQ(text(parse(client.receive().value()).at("status")), "done");
}

TEST_F(RecommendationRoutes, UnknownOnesAre404) {
  start();
  for (const auto& id : {base::Uuid::make().text(), std::string("no-uuid")}) {
    const auto response = get("/v1/recommendations/" + id);
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
  }
}

TEST_F(RecommendationRoutes, ARetryWithItsKeyGetsTheSameRequest) {
  start();
  const std::string body = R"({"user":"u1"})";
  const auto first = post("/v1/recommendations", body, {"Idempotency-Key: k1"});
  const auto again = post("/v1/recommendations", body, {"Idempotency-Key: k1"});
  EXPECT_EQ(first.status, 202U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(recommendations.rows(Status::kPending), 1U);
  EXPECT_NE(post("/v1/recommendations", body, {"Idempotency-Key: k2"}).body, first.body);
}

TEST_F(RecommendationRoutes, ARetryThatWaitsGetsTheResultThatIsThere) {
  start();
  const auto first = ask_and_answer(R"({"user":"u1"})", {"Idempotency-Key: k1"});
  const auto again = post("/v1/recommendations", R"({"user":"u1"})", {"Idempotency-Key: k1", "Prefer: wait=10"});
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(again.body, first.body);
}

TEST_F(RecommendationRoutes, AKeyUsedForAnotherRequestIsRefused) {
  start();
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u1"})", {"Idempotency-Key: k1"}).status, 202U);
  const auto other = post("/v1/recommendations", R"({"user":"u2"})", {"Idempotency-Key: k1"});
  EXPECT_EQ(other.status, 422U);
  EXPECT_THAT(
      other.body,
      HasSubstr(R"("errors":[{"header":"Idempotency-Key","detail":"has been used for a request with another content)"));
  const auto batch = [this](const std::string& user) {
    return post("/v1/recommendations/batch", R"({"requests":[{"user":")" + user + R"("}]})", {"Idempotency-Key: k1"});
  };
  EXPECT_THAT(batch("u1").body, HasSubstr("pending"));
  EXPECT_THAT(batch("u2").body, HasSubstr(R"({"header":"Idempotency-Key",)"));
  const auto invalid = post("/v1/recommendations", R"({"user":"u2"})", {"Idempotency-Key: " + std::string(256, 'k')});
  EXPECT_EQ(invalid.status, 422U);
  EXPECT_THAT(invalid.body, HasSubstr(R"("header":"Idempotency-Key")"));
}

TEST_F(RecommendationRoutes, AHundredRetriesAtATimeMakeOneRow) {
  options.io_threads = 2;
  start();
  std::vector<std::jthread> retries;
  retries.reserve(100);
  for (int i = 0; i < 100; ++i) {
    retries.emplace_back(
        [this] { EXPECT_EQ(post("/v1/recommendations", R"({"user":"u1"})", {"Idempotency-Key: k1"}).status, 202U); });
  }
  retries.clear();
  EXPECT_EQ(recommendations.rows(Status::kPending), 1U);
}

TEST_F(RecommendationRoutes, BadInputNamesTheFields) {
  start();
  const auto response = post("/v1/recommendations", R"({"user":"u","k":0,"seen":1})");
  EXPECT_EQ(response.status, 422U);
  EXPECT_EQ(response.header("content-type"), "application/problem+json");
  const auto body = parse(response);
  EXPECT_EQ(body.at("status"), 422);
  EXPECT_EQ(text(body.at("title")), "Unprocessable Content");
  EXPECT_EQ(text(body.at("type")), "about:blank");
  EXPECT_EQ(text(body.at("errors").at(0).at("pointer")), "/k");
  EXPECT_THAT(text(body.at("errors").at(0).at("detail")), HasSubstr("1 to 1000"));
  EXPECT_EQ(text(body.at("errors").at(1).at("pointer")), "/seen");
  EXPECT_EQ(post("/v1/recommendations", "{").status, 400U);
  EXPECT_EQ(recommendations.rows(Status::kPending), 0U);
}

TEST_F(RecommendationRoutes, AFullStoreAnswersAtOnceWithWhenToTryAgain) {
  start();
  recommendations.outage().fail(base::ErrorCode::kOverloaded);
  const auto response = post("/v1/recommendations", R"({"user":"u"})");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.header("retry-after"), "1");
  recommendations.outage().fail(base::ErrorCode::kUnavailable);
  const auto down = post("/v1/recommendations", R"({"user":"u"})");
  EXPECT_EQ(down.status, 503U);
  EXPECT_EQ(down.header("retry-after"), "2");
  recommendations.outage().fail(base::ErrorCode::kInternal);
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u"})").status, 500U);
}

TEST_F(RecommendationRoutes, ADatabaseThatDoesNotAnswerIsNotWaitedForForEver) {
  options.limits.handler_time = std::chrono::milliseconds(50);
  start();
  recommendations.outage().hold();
  const auto response = post("/v1/recommendations", R"({"user":"u"})");
  EXPECT_EQ(response.status, 503U);
  // What it says later goes nowhere.
  recommendations.outage().release();
  EXPECT_EQ(get("/healthz").status, 200U);
}

TEST_F(RecommendationRoutes, ABatchAnswersElementByElement) {
  start();
  const auto response =
      post("/v1/recommendations/batch", R"({"requests":[{"user":"u1"},{"user":"u2","k":0},{"history":["i1"]}]})");
  EXPECT_EQ(response.status, 202U);
  const auto body = parse(response);
  const auto& results = body.at("results").as_array();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(text(results[0].at("status")), "pending");
  EXPECT_EQ(results[1].at("error").at("status"), 422);
  EXPECT_EQ(text(results[1].at("error").at("errors").at(0).at("pointer")), "/requests/1/k");
  EXPECT_EQ(text(results[2].at("status")), "pending");
  EXPECT_EQ(recommendations.rows(Status::kPending), 2U);
  EXPECT_EQ(get("/v1/recommendations/" + text(results[2].at("id"))).status, 200U);
}

TEST_F(RecommendationRoutes, ABatchIsIdempotentElementByElement) {
  start();
  const std::string body = R"({"requests":[{"user":"u1"},{"user":"u1"}]})";
  const auto first = post("/v1/recommendations/batch", body, {"Idempotency-Key: k1"});
  const auto again = post("/v1/recommendations/batch", body, {"Idempotency-Key: k1"});
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(recommendations.rows(Status::kPending), 2U);
  const auto other =
      post("/v1/recommendations/batch", R"({"requests":[{"user":"u1"},{"user":"u2"}]})", {"Idempotency-Key: k1"});
  EXPECT_EQ(parse(other).at("results").at(1).at("error").at("status"), 422);
}

TEST_F(RecommendationRoutes, ABatchOfWhichNothingWasTakenSaysSo) {
  start();
  recommendations.outage().fail(base::ErrorCode::kOverloaded);
  const auto response = post("/v1/recommendations/batch", R"({"requests":[{"user":"u1"},{"user":"u2"}]})");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.header("retry-after"), "1");
  EXPECT_EQ(post("/v1/recommendations/batch", R"({"requests":{}})").status, 422U);
}

/// An explanation names the items of the stored history.
TEST_F(RecommendationRoutes, AStoredHistoryIsExplainedOnlyToKeysThatMayRead) {
  using enum Scope;
  const auto add = [&](const char* key, std::vector<Scope> scopes) {
    ASSERT_TRUE(keys.add_key({.name = key, .hash = base::sha256(std::string_view(key)), .scopes = std::move(scopes)}));
  };
  add("asker", {kPredict});
  add("both", {kPredict, kRead});
  add("admin", {kAdmin});
  start();
  const auto status = [&](const std::string& key, const std::string& body) {
    return post("/v1/recommendations", body, {"Authorization: Bearer " + key}).status;
  };
  const std::string explained = R"({"user":"u1","explain":true})";
  const auto refused = post("/v1/recommendations", explained, {"Authorization: Bearer asker"});
  EXPECT_EQ(refused.status, 403U);
  EXPECT_THAT(refused.body, HasSubstr("needs the scope read too"));
  EXPECT_EQ(status("asker", R"({"user":"u1"})"), 202U);
  EXPECT_EQ(status("asker", R"({"user":"u1","history":["i1"],"explain":true})"), 202U);
  EXPECT_EQ(status("both", explained), 202U);
  EXPECT_EQ(status("admin", explained), 202U);

  const auto batch = post("/v1/recommendations/batch", R"({"requests":[)" + explained + R"(,{"user":"u1"}]})",
                          {"Authorization: Bearer asker"});
  EXPECT_EQ(parse(batch).at("results").at(0).at("error").at("status"), 403);
  EXPECT_EQ(text(parse(batch).at("results").at(1).at("status")), "pending");
  EXPECT_EQ(recommendations.rows(Status::kPending), 5U);
}

}  // namespace
}  // namespace sasrec::http
