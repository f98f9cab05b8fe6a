// GET /v1/stream: what happens, as it happens.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "base/json_text.hpp"
#include "base/sha256.hpp"
#include "http/bodies/training_json.hpp"
#include "http/event_stream.hpp"
#include "support/eventually.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// One server-sent event.
struct Heard {
  std::string name;
  std::string id;
  std::string data;
};

std::string line_of(const std::string& block, const std::string& field) {
  const auto begin = block.find(field + ": ");
  if (begin == std::string::npos) return {};
  const auto from = begin + field.size() + 2;
  return block.substr(from, block.find('\n', from) - from);
}

/// A client that listens.
class Ear {
 public:
  explicit Ear(std::uint16_t port, const std::string& last_event_id = {}, int receive_bytes = 0)
      : client_(port, receive_bytes) {
    HttpRequest request{.path = "/v1/stream"};
    if (!last_event_id.empty()) request.headers.push_back("Last-Event-ID: " + last_event_id);
    client_.send(request.text());
    head = client_.receive().value_or(HttpResponse{});
  }

  /// The next event; without a name at the stream's end.
  Heard hear() {
    while (true) {
      const auto end = text_.find("\n\n");
      if (end != std::string::npos) {
        const auto block = text_.substr(0, end);
        text_.erase(0, end + 2);
        if (block.starts_with(':')) ++heartbeats;
        if (line_of(block, "event").empty()) continue;
        return {line_of(block, "event"), line_of(block, "id"), line_of(block, "data")};
      }
      const auto chunk = client_.receive_chunk();
      if (!chunk || chunk->empty()) return {};
      text_ += *chunk;
    }
  }

  HttpResponse head;
  int heartbeats = 0;
  HttpClient& client() { return client_; }

 private:
  HttpClient client_;
  std::string text_;
};

/// A training run, told from others by its reason.
retraining::TrainingRun trained(std::string reason) {
  return {.state = retraining::RunState::kRejected, .cause = "request", .reason = std::move(reason)};
}

std::string reason_in(const std::string& run) {
  return std::string(boost::json::parse(run).at("reason").as_string());
}

class StreamTest : public ServerFixture {
 protected:
  /// A result reaches the api by the bus.
  base::Uuid finish(const std::string& user) {
    bus::RequestRecord request{.id = base::Uuid::make(), .user = user, .created = base::now()};
    deliver(result_for(request));
    return request.id;
  }
};

TEST_F(StreamTest, ResultsComeAsTheyArrive) {
  items.add({.id = "i7", .title = "Blue Planet", .attributes = "{}"});
  ASSERT_TRUE(catalogue.refresh());
  start();
  Ear ear(server->port());
  EXPECT_EQ(ear.head.status, 200U);
  EXPECT_EQ(ear.head.header("content-type"), "text/event-stream");
  EXPECT_EQ(ear.head.header("cache-control"), "no-store");
  const auto opened = ear.hear();
  EXPECT_EQ(opened.name, "open");
  EXPECT_EQ(opened.data, R"({"resumed":false})");

  const auto id = finish("u1");
  const auto heard = ear.hear();
  EXPECT_EQ(heard.name, "result");
  EXPECT_THAT(heard.data, StartsWith(R"({"received":")"));
  EXPECT_THAT(heard.data, HasSubstr(R"("result":{"id":")" + id.text()));
  EXPECT_THAT(heard.data, HasSubstr(R"("title":"Blue Planet")"));

  events.publish(serving::EventRing::ServedVersion{"20261122T153000Z-000008"});
  const auto model = ear.hear();
  EXPECT_EQ(model.name, "model");
  EXPECT_THAT(model.data, StartsWith(R"({"version":"20261122T153000Z-000008","at":"20)"));
  const auto told = trained("popularity is better");
  events.publish(told);
  const auto run = ear.hear();
  EXPECT_EQ(run.name, "training");
  EXPECT_EQ(run.data, base::to_json_text(run_json(told)));
}

TEST_F(StreamTest, GoesOnAtTheLastEvent) {
  start();
  std::string last;
  {
    Ear ear(server->port());
    ear.hear();
    events.publish(trained("1"));
    last = ear.hear().id;
  }
  events.publish(trained("2"));
  events.publish(trained("3"));
  Ear ear(server->port(), last);
  EXPECT_EQ(ear.hear().data, R"({"resumed":true})");
  EXPECT_EQ(reason_in(ear.hear().data), "2");
  EXPECT_EQ(reason_in(ear.hear().data), "3");
}

TEST_F(StreamTest, SaysHowManyWereMissed) {
  start();
  std::string last;
  {
    Ear ear(server->port());
    last = ear.hear().id;
  }
  const std::uint64_t kept = serving::EventRing::Options{}.events;
  for (std::uint64_t n = 0; n < kept + 12; ++n) events.publish(trained("{}"));
  Ear ear(server->port(), last);
  ear.hear();
  const auto skipped = ear.hear();
  EXPECT_EQ(skipped.name, "skipped");
  EXPECT_EQ(skipped.data, R"({"count":12})");
  EXPECT_EQ(EventId::parse(ear.hear().id)->sequence, 13U);
}

TEST_F(StreamTest, AfterARestartTheDatabaseKnowsWhatWasMissed) {
  start();
  const auto now = base::now();
  std::vector<base::Uuid> ids;
  for (const auto ago : {400s, 20s, 10s}) {
    bus::RequestRecord request{.id = base::Uuid::make(), .user = "u", .created = now - ago};
    recommendations.add(request, now);
    auto result = result_for(request);
    result.finished = now - ago;
    ASSERT_TRUE(recommendations.finish(std::vector{result}));
    ids.push_back(request.id);
  }
  finish("later");
  ASSERT_TRUE(test::eventually(10s, [&] { return events.newest() == 1; }));

  const auto id = EventId{"0123456789abcdef", 77, now - 600s}.text();
  Ear ear(server->port(), id);
  EXPECT_THAT(ear.hear().data, HasSubstr(ids[1].text())) << "five minutes back at most";
  const auto second = ear.hear();
  EXPECT_THAT(second.data, HasSubstr(ids[2].text()));
  EXPECT_EQ(ear.hear().data, R"({"resumed":true})");
  EXPECT_THAT(ear.hear().data, HasSubstr(R"("user":"later")"));

  Ear cut_off(server->port(), second.id);
  EXPECT_THAT(cut_off.hear().data, HasSubstr(ids[2].text())) << "goes on by time: what is near comes twice";
}

TEST_F(StreamTest, WithoutTheDatabaseItBeginsAllTheSame) {
  options.limits.handler_time = 50ms;
  start();
  recommendations.outage().hold();
  Ear ear(server->port(), EventId{"0123456789abcdef", 77, base::now()}.text());
  EXPECT_EQ(ear.hear().name, "open");
}

TEST_F(StreamTest, AnIdOfAnotherKindMeansFromNowOn) {
  start();
  events.publish(trained("before"));
  for (const auto* id : {"7", "0123456789abcdef-x-1", "0123456789abcdef-1-99999999999999999999", "zzz-1-1"}) {
    Ear ear(server->port(), id);
    EXPECT_EQ(ear.hear().data, R"({"resumed":false})") << id;
  }
}

TEST_F(StreamTest, SaysThatItLives) {
  options.limits.heartbeat = 20ms;
  options.limits.stream_time = 200ms;
  start();
  Ear ear(server->port());
  ear.hear();
  EXPECT_EQ(ear.hear().name, "") << "it has ended";
  EXPECT_GE(ear.heartbeats, 2);
  EXPECT_EQ(ear.client().ask({.path = "/healthz"}).status, 200U) << "the connection is kept";
}

TEST_F(StreamTest, EndsWhenTheServerStops) {
  start();
  Ear ear(server->port());
  ear.hear();
  std::jthread stopping([this] { server->stop(10s); });
  EXPECT_EQ(ear.hear().name, "");
}

TEST_F(StreamTest, EndsWhenTheClientGoes) {
  start();
  {
    Ear ear(server->port());
    ear.hear();
    EXPECT_EQ(server->connections(), 1U);
  }
  EXPECT_TRUE(test::eventually(10s, [&] { return server->connections() == 0; }));
}

TEST_F(StreamTest, AClientThatTakesNothingIsCutOff) {
  options.limits.write_time = 100ms;
  start();
  Ear ear(server->port(), {}, 4096);
  const std::string large(1UL << 20U, ' ');
  for (int n = 0; n < 12; ++n) events.publish(trained(large));
  EXPECT_TRUE(test::eventually(10s, [&] { return server->connections() == 0; }));
}

TEST_F(StreamTest, NeedsAKeyThatMayRead) {
  for (const auto& [key, scope] : {std::pair("reader", http::Scope::kRead), {"asker", http::Scope::kPredict}}) {
    ASSERT_TRUE(keys.add_key({.name = key, .hash = base::sha256(std::string_view(key)), .scopes = {scope}}));
  }
  start();
  EXPECT_EQ(get("/v1/stream").status, 401U);
  EXPECT_EQ(ask({.path = "/v1/stream", .headers = {"Authorization: Bearer asker"}}).status, 403U);
  EXPECT_EQ(ask({.path = "/v1/stream", .headers = {"Authorization: Bearer reader"}}).status, 200U);
}

TEST_F(StreamTest, HeadTellsAndEnds) {
  start();
  HttpClient client(server->port());
  client.send(HttpRequest{.method = "HEAD", .path = "/v1/stream"}.text());
  EXPECT_EQ(client.receive_head()->header("content-type"), "text/event-stream");
  EXPECT_EQ(client.ask({.path = "/healthz"}).status, 200U);
}

TEST_F(StreamTest, WithoutChunksItEndsWithTheConnection) {
  options.limits.stream_time = 50ms;
  start();
  HttpClient client(server->port());
  client.send("GET /v1/stream HTTP/1.0\r\n\r\n");
  const auto head = client.receive();
  EXPECT_EQ(head->header("transfer-encoding"), "");
  EXPECT_EQ(head->header("connection"), "close");
  EXPECT_FALSE(client.receive()) << "what comes is no other answer";
}

TEST_F(StreamTest, ManyListen) {
  start();
  std::vector<std::unique_ptr<Ear>> ears;
  for (int n = 0; n < 20; ++n) {
    ears.push_back(std::make_unique<Ear>(server->port()));
    ears.back()->hear();
  }
  for (int n = 0; n < 500; ++n) events.publish(trained(std::to_string(n)));
  for (const auto& ear : ears) {
    for (int n = 0; n < 500; ++n) ASSERT_EQ(reason_in(ear->hear().data), std::to_string(n));
  }
}

}  // namespace
}  // namespace sasrec::http
