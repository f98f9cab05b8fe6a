// The roles as processes of their own on a real Kafka and a real PostgreSQL, and what happens when these fail.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "bus/codec.hpp"
#include "e2e/service_fixture.hpp"
#include "stream/kafka/bus.hpp"
#include "support/eventually.hpp"
#include "support/kafka_broker.hpp"
#include "support/postgres_server.hpp"
#include "support/process.hpp"

namespace sasrec::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class OnKafka : public testing::Test {
 protected:
  OnKafka() { broker_.warm_up_groups(); }

  Role role(const std::string& command, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{command, "--bus", "kafka://" + broker_.bootstrap(), "--database",
                                       database_.tcp_connection_string()};
    if (command != "writer") arguments.insert(arguments.end(), {"--checkpoints", checkpoints_.string()});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Role(std::move(arguments));
  }

  /// Whatever happened: what they wrote about it names the database and not the password that opens it.
  void TearDown() override {
    for (const auto* const role : {&api_, &first_, &second_, &writer_}) {
      EXPECT_THAT(role->log(), Not(HasSubstr(database_.password())));
    }
  }

  /// An api, two workers, a writer.
  void start_all() {
    for (auto* const role : {&api_, &first_, &second_, &writer_}) role->start();
  }

  void stop_all() {
    for (auto* const role : {&api_, &first_, &second_, &writer_}) {
      if (role->running()) {
        EXPECT_EQ(role->stop(), 0) << role->log();
      }
    }
  }

  /// Waits until so many more requests were accepted.
  static void go_on(const Asker& asker, std::size_t more) {
    const auto before = asker.accepted().size();
    EXPECT_TRUE(eventually(seconds(60), [&] { return asker.accepted().size() >= before + more; }));
  }

  void outlive_a_database_that_is_away(std::chrono::milliseconds away);
  void outlive_a_writer_that_is_away(std::chrono::milliseconds away);

  TemporaryFolder folder_;
  std::filesystem::path checkpoints_ = sample_checkpoints(folder_);
  PostgresServer database_{{.listen = PostgresServer::Listen::kSocketAndTcp}};
  KafkaBroker broker_;
  Role api_ = role("api");
  Role first_ = role("worker", {"--workers", "1"});
  Role second_ = role("worker", {"--workers", "1"});
  Role writer_ = role("writer");
};

TEST_F(OnKafka, AnAnswerFollowsWhatTheUserDid) {
  start_all();
  const Api api(api_.port());
  EXPECT_EQ(api.post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"item-3"}]})").status, 200U);
  const auto first = api.recommend("u1", 12);
  EXPECT_EQ(first.at("source").as_string(), "model");
  EXPECT_THAT(item_ids(first), Not(Contains("item-3")));
  const auto id = std::string(first.at("id").as_string());
  EXPECT_TRUE(eventually(seconds(10),
                         [&] { return parse_object(api.get("/v1/recommendations/" + id).body)["status"] == "done"; }));
  stop_all();
}

TEST_F(OnKafka, KilledRolesLoseNothing) {
  start_all();
  Asker asker(api_.port(), 150);
  for (auto* const role : {&first_, &writer_, &api_, &second_, &writer_, &first_}) {
    go_on(asker, 40);
    role->kill();
    if (role == &first_) go_on(asker, 40);  // the other worker takes over meanwhile
    role->start();
  }
  asker.stop();
  expect_nothing_lost(asker, database_.tcp_connection_string(), seconds(60));
  stop_all();
}

/// The writer stays away for longer than the deadline of what is asked meanwhile.
void OnKafka::outlive_a_writer_that_is_away(std::chrono::milliseconds away) {
  start_all();
  Asker asker(api_.port(), 20);
  go_on(asker, 20);
  writer_.kill();
  go_on(asker, 40);
  std::this_thread::sleep_for(away);  // the time of a deadline passes
  asker.stop();
  std::size_t answered = 0;
  for (const auto& [id, seen] : asker.accepted()) answered += seen.starts_with("done") ? 1 : 0;
  EXPECT_GT(answered, 20U);
  writer_.start();
  expect_nothing_lost(asker, database_.tcp_connection_string(), seconds(60));
  stop_all();
}

TEST_F(OnKafka, WhatWasAnsweredWhileTheWriterWasAwayIsWrittenAsItWasAnswered) {
  api_ = role("api", {"--deadline", "5"});
  outlive_a_writer_that_is_away(seconds(10));
}

TEST_F(OnKafka, SlowTheSameForLongerThanTheDefaultDeadline) {
  outlive_a_writer_that_is_away(seconds(40));
}

TEST_F(OnKafka, AKilledWorkersShareIsTakenUpWithinTenSeconds) {
  start_all();
  const Api api(api_.port());
  for (int user = 0; user < 8; ++user) api.recommend(fmt::format("u{}", user));  // both have partitions by now
  first_.kill();
  const auto killed = std::chrono::steady_clock::now();
  for (int user = 0; user < 16; ++user) api.recommend(fmt::format("u{}", user));
  EXPECT_LT(std::chrono::steady_clock::now() - killed, seconds(10));
  stop_all();
}

TEST_F(OnKafka, ABrokerThatDiesAndComesBackLosesNothing) {
  start_all();
  Asker asker(api_.port(), 100);
  go_on(asker, 40);
  broker_.kill();
  go_on(asker, 40);  // accepted without a bus
  broker_.start();
  go_on(asker, 40);
  broker_.stop();
  broker_.start();
  go_on(asker, 40);
  asker.stop();
  expect_nothing_lost(asker, database_.tcp_connection_string(), seconds(90));
  stop_all();
}

/// Reads sasrec.dead up to a record of its own: so it has been assigned the topic, and has seen what was there before.
void expect_no_dead_letter(bus::Bus& bus, bus::Subscription& dead) {
  ASSERT_TRUE(bus.publish({.topic = bus::Topic::kDead, .key = "the end", .value = "the end"}, {}));
  std::vector<bus::Record> records;
  ASSERT_TRUE(eventually(seconds(30), [&] {
    dead.poll(records, 10, milliseconds(500));
    return std::ranges::any_of(records, [](const auto& record) { return record.message.value == "the end"; });
  }));
  dead.poll(records, 10, milliseconds(500));  // of the other partitions
  for (const auto& record : records) EXPECT_EQ(record.message.value, "the end");
}

/// Every accepted request ends, and nothing is taken for unreadable.
void OnKafka::outlive_a_database_that_is_away(std::chrono::milliseconds away) {
  stream::KafkaBus reader({.brokers = broker_.bootstrap()});
  start_all();
  const auto dead = reader.subscribe(bus::Topic::kDead, bus::Group::kEverybody);
  Asker asker(api_.port(), 100);
  go_on(asker, 40);
  database_.stop();
  // Refused meanwhile: with 503, after the store's patience.
  const auto refused = asker.refused();
  EXPECT_TRUE(eventually(seconds(30), [&] { return asker.refused() > refused + 1; }));
  std::this_thread::sleep_for(away);
  database_.start();
  go_on(asker, 40);
  database_.kill();
  database_.start();
  go_on(asker, 40);
  asker.stop();
  expect_nothing_lost(asker, database_.tcp_connection_string(), seconds(60));
  expect_no_dead_letter(reader, *dead);
  stop_all();
}

TEST_F(OnKafka, ADatabaseThatIsAwayLosesNothingAndMakesNoDeadLetter) {
  outlive_a_database_that_is_away({});
}

TEST_F(OnKafka, SlowADatabaseThatIsAwayForAMinuteDoesNeither) {
  outlive_a_database_that_is_away(seconds(60));
}

TEST_F(OnKafka, DeadLettersAreShownAndPublishedAgain) {
  start_all();
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  const Api api(api_.port());
  // One that can't be read, and one that was refused for a reason that has ended.
  bus::Message good{.topic = bus::Topic::kDead,
                    .key = "late-user",
                    .value = R"([{"id":"late-1","user":"late-user","item":"item-5"}])"};
  good.headers = {{"source", "shop"},
                  {"reason", "the database refuses it: it was wrong then"},
                  {"topic", "sasrec.interactions"},
                  {"partition", "0"},
                  {"offset", "17"}};
  ASSERT_TRUE(eventually(seconds(30), [&] { return bus.publish(good, {}).has_value(); }));
  ASSERT_TRUE(bus.publish({.topic = bus::Topic::kInteractions, .key = "u", .value = "{"}, {}));
  ASSERT_TRUE(bus.flush(seconds(30)));
  const auto dead = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"dead"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"--bus", "kafka://" + broker_.bootstrap()});
    Process command(SASREC_PROGRAM, arguments);
    EXPECT_EQ(command.wait(seconds(60)), 0) << command.err();
    return command.out();
  };
  std::string listed;
  EXPECT_TRUE(eventually(seconds(30), [&] {
    listed = dead({"list"});
    return listed.find("late-user") != std::string::npos && listed.find("not JSON") != std::string::npos;
  })) << listed;
  EXPECT_THAT(dead({"list", "--json", "--to", "0"}), HasSubstr(R"("value":"[{\"id\":\"late-1\")"));
  EXPECT_THAT(dead({"list", "--topic", "sasrec.requests"}), Not(HasSubstr("late-user")));

  EXPECT_THAT(dead({"replay", "--to", "0"}), HasSubstr("1 of 1 records are published again"));
  EXPECT_TRUE(eventually(
      seconds(30), [&] { return api.get("/v1/users/late-user/history").body.find("item-5") != std::string::npos; }));
  dead({"replay", "--to", "0"});
  EXPECT_THAT(dead({"list"}), HasSubstr("late-user")) << "they stay until Kafka removes them";
  stop_all();
}

TEST_F(OnKafka, UnreadableRecordsBlockNothingAndAreKept) {
  start_all();
  const std::vector<std::string> garbage{"",
                                         "{",
                                         "null",
                                         "[1,2",
                                         "\xff\xfe",
                                         std::string("\0\0\0", 3),
                                         "{\"id\":\"no uuid\"}",
                                         R"({"id":"0192f0a0-7c3e-7000-8000-0123456789ab","k":0})",
                                         R"({"id":"0192f0a0-7c3e-7000-8000-0123456789ab","history":"item-1","k":5})",
                                         std::string(10'000, '[')};
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  const auto dead = bus.subscribe(bus::Topic::kDead, bus::Group::kEverybody);
  const Api api(api_.port());
  Asker asker(api_.port(), 200);
  for (const auto topic : {bus::Topic::kRequests, bus::Topic::kResults, bus::Topic::kInteractions}) {
    for (std::size_t i = 0; i < garbage.size(); ++i) {
      ASSERT_TRUE(eventually(seconds(10), [&] {
        return bus.publish({.topic = topic, .key = fmt::format("user-{}", i), .value = garbage[i]}, {}).has_value();
      }));
      go_on(asker, 10);
    }
  }
  std::vector<bus::Record> records;
  EXPECT_TRUE(eventually(seconds(20), [&] {
    dead->poll(records, 100, milliseconds(200));
    return records.size() >= 3 * garbage.size();
  })) << records.size();
  for (const auto& record : records) {
    EXPECT_FALSE(bus::header(record.message, "reason").empty());
    EXPECT_FALSE(bus::header(record.message, "topic").empty());
  }
  asker.stop();
  expect_nothing_lost(asker, database_.tcp_connection_string(), seconds(30));
  stop_all();
}

TEST_F(OnKafka, RolesWithoutAnApiTellHowTheyAre) {
  auto worker = role("worker", {"--monitoring", "127.0.0.1:0"});
  worker.start();
  const std::string sign = "listening on http://127.0.0.1:";
  const auto log = worker.log();
  ASSERT_THAT(log, HasSubstr(sign));
  const Api monitoring(static_cast<std::uint16_t>(std::stoul(log.substr(log.find(sign) + sign.size()))));
  EXPECT_EQ(monitoring.get("/healthz").status, 200U);
  EXPECT_TRUE(eventually(seconds(20), [&] { return monitoring.get("/readyz").status == 200; }));
  EXPECT_THAT(monitoring.get("/metrics").body, HasSubstr("sasrec_worker_batch_size"));
  EXPECT_EQ(monitoring.post("/v1/recommendations", R"({"user":"u1"})").status, 404U);
  database_.stop();
  EXPECT_TRUE(eventually(seconds(20), [&] { return monitoring.get("/readyz").status == 503; }));
  EXPECT_EQ(monitoring.get("/healthz").status, 200U);
  EXPECT_EQ(worker.stop(), 0);
}

TEST_F(OnKafka, TheTraceContextGoesThroughBothTopicsAndComesBack) {
  start_all();
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  const auto requests = bus.subscribe(bus::Topic::kRequests, bus::Group::kEverybody);
  const auto results = bus.subscribe(bus::Topic::kResults, bus::Group::kEverybody);
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto answered = Api(api_.port()).post("/v1/recommendations", R"({"user":"traced"})", {"traceparent: " + trace});
  EXPECT_EQ(answered.status, 202U);
  EXPECT_EQ(answered.header("traceparent"), trace);
  for (const auto& reader : {requests.get(), results.get()}) {
    std::vector<bus::Record> records;
    ASSERT_TRUE(eventually(seconds(20), [&] {
      reader->poll(records, 10, milliseconds(200));
      return !records.empty();
    }));
    EXPECT_EQ(bus::header(records.front().message, "traceparent"), trace);
  }
  stop_all();
}

TEST_F(OnKafka, InteractionsFromOutsideAreStored) {
  start_all();
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  ASSERT_TRUE(eventually(seconds(10), [&] {
    return bus
        .publish({.topic = bus::Topic::kInteractions,
                  .key = "u9",
                  .value = R"({"id":"outside-1","user":"u9","item":"item-4","kind":"purchase","unknown":1})"},
                 {})
        .has_value();
  }));
  EXPECT_TRUE(eventually(seconds(15), [&] {
    return Api(api_.port()).get("/v1/users/u9/history").body.find("item-4") != std::string::npos;
  }));
  stop_all();
}

TEST_F(OnKafka, ItemsFromOutsideReachTheCatalogueAndAnswers) {
  start_all();
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  const auto publish = [&](bus::Message message) {
    ASSERT_TRUE(eventually(seconds(10), [&] { return bus.publish(message, {}).has_value(); }));
  };
  publish({.topic = bus::Topic::kItems, .key = "item-1", .value = R"({"id":"item-1","title":"By Kafka"})"});
  const Api api(api_.port());
  EXPECT_TRUE(eventually(seconds(20),
                         [&] { return api.get("/v1/items?query=by+kafka").body.find("item-1") != std::string::npos; }));
  const auto listed = [&] {
    const auto ids = item_ids(api.recommend("nobody", 12));
    return std::ranges::find(ids, "item-1") != ids.end();
  };
  EXPECT_TRUE(listed());
  publish({.topic = bus::Topic::kItems, .key = "item-1", .value = "", .tombstone = true});
  EXPECT_TRUE(eventually(seconds(20), [&] { return !listed(); }));
  const auto dead = bus.subscribe(bus::Topic::kDead, bus::Group::kEverybody);
  publish({.topic = bus::Topic::kItems, .value = R"({"title":"whose?"})"});
  std::vector<bus::Record> records;
  EXPECT_TRUE(eventually(seconds(20), [&] {
    dead->poll(records, 10, milliseconds(200));
    return !records.empty();
  }));
  ASSERT_FALSE(records.empty());
  EXPECT_THAT(std::string(bus::header(records.front().message, "reason")), HasSubstr("/id is missing"));
  stop_all();
}

// As a connector writes them, on a topic of its own table's changes: the map of fields reads them.
TEST_F(OnKafka, ChangesOfATableAreTakenByAMapOfFields) {
  auto writer =
      role("writer", {"--monitoring", "127.0.0.1:0", "--interactions-map", "user=/payload/after/user_id",
                      "--interactions-map", "item=/payload/after/product_id", "--interactions-map",
                      "time=/payload/after/created_at", "--interactions-map", "id=/payload/after/id",
                      "--interactions-map", "kind='purchase'", "--interactions-map", "operation=/payload/op"});
  writer.start();
  api_.start();
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  const auto publish = [&](const char* operation, int id, const char* item) {
    const auto value =
        fmt::format(R"({{"schema":{{"type":"struct","name":"shop.public.orders.Envelope"}},"payload":{{"before":null,)"
                    R"("after":{{"id":{},"user_id":42,"product_id":"{}","created_at":1767323045250000}},)"
                    R"("source":{{"connector":"postgresql","table":"orders"}},"op":"{}","ts_ms":1767323045300}}}})",
                    id, item, operation);
    ASSERT_TRUE(eventually(seconds(10), [&] {
      return bus.publish({.topic = bus::Topic::kInteractions, .key = R"({"payload":{"id":1}})", .value = value}, {})
          .has_value();
    }));
  };
  publish("r", 1, "item-2");
  publish("u", 2, "item-3");
  publish("c", 3, "item-4");
  publish("c", 3, "item-4");  // delivered twice
  const Api api(api_.port());
  EXPECT_TRUE(eventually(seconds(20),
                         [&] { return api.get("/v1/users/42/history").body.find("item-4") != std::string::npos; }));
  const auto history = api.get("/v1/users/42/history").body;
  EXPECT_THAT(history, HasSubstr("item-2"));
  EXPECT_THAT(history, testing::Not(HasSubstr("item-3")));
  EXPECT_THAT(history, HasSubstr("2026-01-02T03:04:05.250Z"));
  EXPECT_THAT(history, HasSubstr("purchase"));
  const std::string sign = "listening on http://127.0.0.1:";
  const auto log = writer.log();
  ASSERT_THAT(log, HasSubstr(sign));
  const Api monitoring(static_cast<std::uint16_t>(std::stoul(log.substr(log.find(sign) + sign.size()))));
  EXPECT_TRUE(eventually(seconds(20), [&] {
    const auto metrics = monitoring.get("/metrics").body;
    return metrics.find("sasrec_skipped_records_total{topic=\"sasrec.interactions\"} 1") != std::string::npos &&
           metrics.find("sasrec_interactions_written_total 2") != std::string::npos;
  })) << monitoring.get("/metrics").body;
  EXPECT_THAT(monitoring.get("/metrics").body, HasSubstr("sasrec_bus_lag_records{topic=\"sasrec.items\"}"));
  EXPECT_EQ(writer.stop(), 0) << writer.log();
}

// What is on sasrec.requests is the service's own. A well-formed record of another's has no row in the database: it is
// computed, its result changes nothing, and nobody is told.
TEST_F(OnKafka, ARequestOfSomeoneElseHasNoRowAndChangesNothing) {
  start_all();
  stream::KafkaBus bus({.brokers = broker_.bootstrap()});
  const auto results = bus.subscribe(bus::Topic::kResults, bus::Group::kEverybody);
  const auto dead = bus.subscribe(bus::Topic::kDead, bus::Group::kEverybody);
  const auto now = base::now();
  const bus::RequestRecord foreign{.id = base::Uuid::make(),
                                   .user = "stranger",
                                   .history = {"item-1"},
                                   .created = now,
                                   .stored = now,
                                   .deadline = now + seconds(60)};
  ASSERT_TRUE(eventually(seconds(10), [&] { return bus.publish(bus::encode(foreign), {}).has_value(); }));
  std::vector<bus::Record> records;
  ASSERT_TRUE(eventually(seconds(20), [&] {
    results->poll(records, 10, milliseconds(200));
    return !records.empty();
  }));
  EXPECT_EQ(bus::decode_result(records.front().message).value().id, foreign.id);
  EXPECT_EQ(Api(api_.port()).recommend("u1").at("status").as_string(), "done");  // the writer is past that result
  // The api that heard the result answers it from memory; one that begins now looks into the database.
  EXPECT_EQ(api_.stop(), 0);
  api_.start();
  const Api api(api_.port());
  ASSERT_TRUE(eventually(seconds(20), [&] { return api.get("/readyz").status == 200; }));
  EXPECT_EQ(api.get("/v1/recommendations/" + foreign.id.text()).status, 404U);
  records.clear();
  dead->poll(records, 10, milliseconds(200));
  EXPECT_TRUE(records.empty());
  stop_all();
}

TEST_F(OnKafka, RolesWaitForWhatIsNotThereYet) {
  broker_.stop();
  database_.stop();
  Process worker(SASREC_PROGRAM, {"worker", "--bus", "kafka://" + broker_.bootstrap(), "--database",
                                  database_.tcp_connection_string(), "--checkpoints", checkpoints_.string()});
  EXPECT_TRUE(eventually(seconds(20), [&] { return worker.err().find("waiting for it") != std::string::npos; }));
  EXPECT_EQ(worker.exit_code(), std::nullopt);
  database_.start();
  broker_.start();
  api_.start();
  writer_.start();
  EXPECT_EQ(Api(api_.port()).recommend("u1").at("status").as_string(), "done");
  stop_all();
}

}  // namespace
}  // namespace sasrec::test
