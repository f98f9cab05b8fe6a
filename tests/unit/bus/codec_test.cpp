#include "bus/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "support/edit_version.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::bus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const base::Uuid kId = base::Uuid::parse("0193a5b0-1c2d-7e3f-8a4b-5c6d7e8f9a0b").value();

RequestRecord full_request() {
  return {.id = kId,
          .user = "u-1 \"é\"",
          .history = {"i1", "i2", "i2"},
          .k = 20,
          .exclude = {"i9"},
          .categories = {"Comedy"},
          .seen = Seen::kInclude,
          .explain = true,
          .created = test::at(123ms),
          .stored = test::at(125ms) + 1us,
          .deadline = test::at(30'123ms),
          .attempt = 2,
          .traceparent = kTraceparent};
}

ResultRecord full_result() {
  auto result = test::sample_result();
  result.id = kId;
  result.unknown_items = 4;
  result.timings = {.database_ms = 2, .bus_ms = 1.5F, .queue_ms = 0.1F, .inference_ms = 0.7F};
  result.traceparent = kTraceparent;
  return result;
}

Message message_of(Topic topic, std::string value) {
  return {.topic = topic, .key = "key", .value = std::move(value)};
}

Message golden(Topic topic, const char* name) {
  return message_of(topic, test::read_file(std::filesystem::path(SASREC_GOLDEN) / name));
}

TEST(MessageCodec, ARequestIsReadBack) {
  const auto request = full_request();
  const auto message = encode(request);
  EXPECT_EQ(message.topic, Topic::kRequests);
  EXPECT_EQ(message.key, request.user);
  const auto read = decode_request(message);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, request);
}

TEST(MessageCodec, AResultIsReadBack) {
  const auto result = full_result();
  const auto message = encode(result);
  EXPECT_EQ(message.topic, Topic::kResults);
  EXPECT_EQ(message.key, "u1");
  const auto read = decode_result(message);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, result);
}

TEST(MessageCodec, ResultsThatAreNotDoneAreReadBack) {
  for (const auto status : {Status::kFailed, Status::kExpired}) {
    ResultRecord result{
        .id = kId, .status = status, .error = "why \"not\"\n", .created = test::at(), .deadline = test::at()};
    result.finished = test::at(1ms);
    const auto read = decode_result(encode(result));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, result);
  }
}

TEST(MessageCodec, InteractionsAreReadBack) {
  auto second = test::sample_interaction("e2");
  second.recommendation = kId.text();
  second.item = "q\"\\ü";
  const std::vector<Interaction> interactions{test::sample_interaction("e1"), second};
  const auto message = encode(interactions);
  EXPECT_EQ(message.topic, Topic::kInteractions);
  EXPECT_EQ(message.key, "u1");
  const auto read = decode_interactions({message, {}}, test::at(5ms));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rows, interactions);
}

TEST(MessageCodec, HeadersAreThoseOfCloudEventsAndTheContext) {
  EXPECT_THAT(encode(full_request()).headers,
              ElementsAre(Header{"ce_specversion", "1.0"}, Header{"ce_id", kId.text()},
                          Header{"ce_source", "/sasrec/api"}, Header{"ce_type", "sasrec.recommendation.requested.v1"},
                          Header{"ce_time", "2026-11-22T15:30:00.123Z"}, Header{"content-type", "application/json"},
                          Header{"traceparent", kTraceparent}, Header{"deadline", "2026-11-22T15:30:30.123Z"}));
  const auto result = encode(full_result());
  EXPECT_EQ(header(result, "ce_type"), "sasrec.recommendation.ended.v1");
  EXPECT_EQ(header(result, "ce_source"), "/sasrec/worker");
  EXPECT_EQ(header(result, "ce_time"), "2026-11-22T15:30:00.007Z");
  EXPECT_EQ(header(result, "traceparent"), kTraceparent);
  const auto interactions = encode(std::vector{test::sample_interaction("e1")});
  EXPECT_EQ(header(interactions, "ce_type"), "sasrec.interactions.recorded.v1");
  EXPECT_TRUE(base::Uuid::parse(header(interactions, "ce_id")));
  EXPECT_EQ(header(encode(test::sample_result()), "traceparent"), "");
}

// The golden files are the records of the first release: what was on a bus once must stay readable.
TEST(MessageCodec, GoldenRequestsAreRead) {
  auto expected = full_request();
  expected.traceparent.clear();
  EXPECT_EQ(decode_request(golden(Topic::kRequests, "request.json")).value(), expected);
  const RequestRecord least{.id = kId, .created = test::at(), .stored = test::at(), .deadline = test::at(30'000ms)};
  EXPECT_EQ(decode_request(golden(Topic::kRequests, "request_least.json")).value(), least);
}

TEST(MessageCodec, GoldenResultsAreRead) {
  const ResultRecord done{.id = kId,
                          .user = "u-1",
                          .status = Status::kDone,
                          .model = "20261122T153000Z-000007",
                          .source = "model",
                          .items = {{"i7", 3.25F}, {"i3", -0.5F}},
                          .unknown_items = 1,
                          .created = test::at(123ms),
                          .deadline = test::at(30'123ms),
                          .finished = test::at(130ms),
                          .timings = {2, 1.5F, 0.25F, 0.75F}};
  EXPECT_EQ(decode_result(golden(Topic::kResults, "result.json")).value(), done);
  const ResultRecord failed{.id = kId,
                            .status = Status::kFailed,
                            .error = "it broke",
                            .created = test::at(),
                            .deadline = test::at(30'000ms),
                            .finished = test::at(1000ms)};
  EXPECT_EQ(decode_result(golden(Topic::kResults, "result_failed.json")).value(), failed);
}

TEST(MessageCodec, GoldenInteractionsAreRead) {
  const Record record{golden(Topic::kInteractions, "interactions.json"), {.partition = 3, .offset = 77}};
  const auto read = decode_interactions(record, test::at(1h)).value().rows;
  ASSERT_EQ(read.size(), 2U);
  const Interaction first{
      .id = "e1", .user = "u1", .item = "i1", .time = test::at(), .kind = "view", .recommendation = kId.text()};
  EXPECT_EQ(read[0], first);
  const Interaction second{
      .id = read[1].id, .user = "u2", .item = "i2", .time = test::at(500ms), .kind = "interaction"};
  EXPECT_EQ(read[1], second);
  const Record single{golden(Topic::kInteractions, "interaction.json"), {}};
  const auto alone = decode_interactions(single, test::at(1h)).value().rows;
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].time, test::at(1h));
}

TEST(MessageCodec, GoldenModelsAreRead) {
  const ModelAnnouncement model{.version = "20261122T153000Z-000007",
                                .manifest = std::string(64, 'a'),
                                .metrics = R"({"validation":{"ndcg@10":2.5E-1}})"};
  EXPECT_EQ(decode_model(golden(Topic::kModels, "model.json")).value(), model);
  const ModelAnnouncement least{.version = "20261122T153000Z-000007"};
  EXPECT_EQ(decode_model(golden(Topic::kModels, "model_least.json")).value(), least);
}

TEST(MessageCodec, AModelIsReadBackAndItsKeyIsAlwaysTheSame) {
  const ModelAnnouncement model{.version = "20261122T153000Z-000007", .manifest = "00", .metrics = "{}"};
  const auto message = encode(model);
  EXPECT_EQ(message.topic, Topic::kModels);
  EXPECT_EQ(message.key, "current");
  EXPECT_EQ(header(message, "ce_type"), "sasrec.model.activated.v1");
  EXPECT_EQ(decode_model(message).value(), model);
}

TEST(MessageCodec, AModelWithoutAVersionsNameIsRefused) {
  for (const char* value : {"", "[]", "{}", R"({"version":""})", R"({"version":"../x"})", R"({"version":7})",
                            R"({"version":"20261122T153000Z-000007","metrics":[]})"}) {
    EXPECT_EQ(decode_model(message_of(Topic::kModels, value)).error().code, base::ErrorCode::kInvalidInput) << value;
  }
}

TEST(MessageCodec, AnEventWithoutAnIdGetsOneFromWhereItStands) {
  const Record record{message_of(Topic::kInteractions, R"([{"user":"u","item":"i"},{"user":"u","item":"i"}])"),
                      {.partition = 1, .offset = 5}};
  const auto ids = [](const Record& from) {
    const auto read = decode_interactions(from, test::at()).value().rows;
    return std::pair(read[0].id, read[1].id);
  };
  EXPECT_EQ(ids(record), ids(record));
  EXPECT_NE(ids(record).first, ids(record).second);
  EXPECT_TRUE(base::Uuid::parse(ids(record).first));
  for (const Position other : {Position{.partition = 2, .offset = 5}, Position{.partition = 1, .offset = 6}}) {
    EXPECT_NE(ids({record.message, other}).first, ids(record).first);
  }
  auto anew = record;  // the same place on a bus that was begun anew
  anew.message.value += ' ';
  EXPECT_NE(ids(anew).first, ids(record).first);
}

TEST(MessageCodec, ScoresThatJsonLacksBecomeNumbers) {
  auto result = test::sample_result();
  constexpr auto kInfinity = std::numeric_limits<float>::infinity();
  result.items = {{"a", kInfinity}, {"b", -kInfinity}, {"c", std::nanf("")}, {"d", 0.1F}};
  const auto read = decode_result(encode(result)).value();
  constexpr auto kMost = std::numeric_limits<float>::max();
  EXPECT_THAT(read.items, ElementsAre(base::ScoredId{"a", kMost}, base::ScoredId{"b", -kMost}, base::ScoredId{"c", 0},
                                      base::ScoredId{"d", 0.1F}));
}

TEST(MessageCodec, UnknownFieldsAreIgnored) {
  auto message = encode(full_request());
  message.value.insert(1, R"("new":{"a":[1]},)");
  message.headers.push_back({"new", "x"});
  EXPECT_EQ(decode_request(message).value(), full_request());
}

/// `json` with the field `name` replaced by `value` (a JSON text), or left out.
std::string with(const std::string& text, const std::string& name, const std::string& value) {
  const auto begin = text.find("\"" + name + "\":");
  EXPECT_NE(begin, std::string::npos) << name;
  auto end = begin + name.size() + 3;
  const char open = text[end];
  if (open == '[' || open == '{') {
    end = text.find(open == '[' ? ']' : '}', end) + 1;
  } else {
    end = text.find_first_of(",}", end);
  }
  return text.substr(0, begin) + "\"" + (value.empty() ? "x-" + name : name) + "\":" + (value.empty() ? "0" : value) +
         text.substr(end);
}

struct Wrong {
  const char* field;
  const char* value;  ///< empty: the field is missing
  const char* reason;
};

TEST(MessageCodec, AWrongRequestIsRefusedWithAReason) {
  const auto text = encode(full_request()).value;
  for (const auto& [field, value, reason] : std::vector<Wrong>{
           {"id", "", "/id is missing"},
           {"id", "7", "/id must be a string"},
           {"id", "\"x\"", "/id must be a UUID"},
           {"history", "", "/history is missing"},
           {"history", "\"i1\"", "/history must be a list"},
           {"history", "[\"i1\",2.5]", "/history must be a list of ids"},
           {"history", "[\"i1\",\"\"]", "history/1 is empty"},
           {"k", "", "/k is missing"},
           {"k", "0", "/k must be a whole number from 1 to 1000"},
           {"k", "1001", "/k must be a whole number from 1 to 1000"},
           {"k", "-1", "/k must be a whole number"},
           {"k", "1.5", "/k must be a whole number"},
           {"k", "\"3\"", "/k must be a whole number"},
           {"exclude", "[\"a\\u0001\"]", "exclude/0 holds a control character"},
           {"filter", "[]", "/filter must be an object"},
           {"filter", "{\"categories\":3}", "/filter/categories must be a list"},
           {"seen", "\"maybe\"", "/seen must be exclude or include"},
           {"seen", "1", "/seen must be a string"},
           {"explain", "1", "/explain must be true or false"},
           {"created", "\"yesterday\"", "/created must be a time"},
           {"created", "\"0001-01-01T00:00:00+01:00\"", "/created must be a time"},
           {"created", "\"9999-12-31T23:59:59-01:00\"", "/created must be a time"},
           {"created", "", "/created is missing"},
           {"stored", "", "/stored is missing"},
           {"deadline", "", "/deadline is missing"},
           {"attempt", "0", "/attempt must be a whole number"},
           {"user", "\"a\\u0000b\"", "user holds a control character"},
       }) {
    const auto read = decode_request(message_of(Topic::kRequests, with(text, field, value)));
    ASSERT_FALSE(read) << field << ' ' << value;
    EXPECT_EQ(read.error().code, base::ErrorCode::kInvalidInput);
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << field << ' ' << value;
  }
}

TEST(MessageCodec, AWrongResultIsRefusedWithAReason) {
  const auto text = encode(full_result()).value;
  for (const auto& [field, value, reason] : std::vector<Wrong>{
           {"id", "null", "/id is missing"},
           {"status", "", "/status is missing"},
           {"status", "\"pending\"", "/status must be done, failed or expired"},
           {"status", "\"failed\"", "/items must be empty unless the status is done"},
           {"source", "", "/source must be model or popular"},
           {"model", "\"a\\nb\"", "/model holds a control character"},
           {"user", "\"\\t\"", "/user holds a control character"},
           {"items", "", "/items is missing"},
           {"items", "[1]", "/items must be a list of objects"},
           {"items", "[{\"score\":1}]", "/items/item is missing"},
           {"items", "[{\"item\":\"a\"}]", "/items/score is missing"},
           {"items", "[{\"item\":\"\",\"score\":1}]", "/items/item is empty"},
           {"items", "[{\"item\":\"a\",\"score\":1e39}]", "/items/score must be a number in the range"},
           {"unknown_items", "-3", "/unknown_items must be a whole number"},
           {"finished", "\"\"", "/finished must be a time"},
           {"timings", "{\"bus_ms\":\"3\"}", "/timings/bus_ms must be a number"},
           {"timings", "3", "/timings must be an object"},
       }) {
    const auto read = decode_result(message_of(Topic::kResults, with(text, field, value)));
    ASSERT_FALSE(read) << field << ' ' << value;
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << field << ' ' << value;
  }
  auto many = full_result();
  many.items.assign(kMaxK + 1, {"i", 1});
  EXPECT_THAT(decode_result(encode(many)).error().message, HasSubstr("/items has more than 1000"));
  auto wordy = full_result();
  wordy.error.assign(4097, 'x');
  EXPECT_THAT(decode_result(encode(wordy)).error().message, HasSubstr("/error has more than 4096"));
}

TEST(MessageCodec, WrongInteractionsAreRefusedWithAReason) {
  for (const auto& [field, value, reason] : std::vector<Wrong>{
           {"user", "", "interaction 0: /user is missing"},
           {"item", "\"\"", "interaction 0: item is empty"},
           {"time", "\"noon\"", "/time must be a time"},
           {"time", "1e300", "/time must be a time"},
           {"time", "-1", "/time is not in the years 1970 to 2199"},
           {"time", "99999999999", "/time is not in the years 1970 to 2199"},
           {"time", "\"2026-11-22T16:30:01Z\"", "which shows 2026-11-22T15:30:00Z"},
           {"time", "[]", "/time must be a time"},
           {"kind", "\"\\u0000\"", "/kind holds a NUL"},
           {"id", "3.5", "/id must be a string of 1 to 256 bytes, or a whole number"},
       }) {
    const auto text = with(encode(std::vector{test::sample_interaction("e1")}).value, field, value);
    const auto read = decode_interactions({message_of(Topic::kInteractions, text), {}}, test::at());
    ASSERT_FALSE(read) << field << ' ' << value;
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << field << ' ' << value;
  }
  const auto second =
      decode_interactions({message_of(Topic::kInteractions, R"([{"user":"u","item":"i"},7])"), {}}, test::at());
  EXPECT_THAT(second.error().message, HasSubstr("interaction 1 is not a JSON object"));
}

TEST(MessageCodec, WhatIsNoJsonObjectIsRefused) {
  std::string deep(1000, '[');
  for (const auto& value : {std::string(), std::string("{"), std::string("[]"), std::string("7"), deep,
                            std::string("{\"id\":\"\xff\"}"), std::string("{}x")}) {
    EXPECT_FALSE(decode_request(message_of(Topic::kRequests, value))) << value;
    EXPECT_FALSE(decode_result(message_of(Topic::kResults, value))) << value;
  }
  EXPECT_THAT(decode_request(message_of(Topic::kRequests, "nope")).error().message, HasSubstr("not JSON"));
  EXPECT_THAT(decode_request(message_of(Topic::kRequests, "[]")).error().message, HasSubstr("not a JSON object"));
  EXPECT_TRUE(decode_interactions({message_of(Topic::kInteractions, "[]"), {}}, test::at()).value().rows.empty());
  EXPECT_FALSE(decode_interactions({message_of(Topic::kInteractions, "7"), {}}, test::at()));
}

TEST(MessageCodec, AWrongTraceparentIsDropped) {
  auto message = encode(full_request());
  for (auto& [name, value] : message.headers) {
    if (name == "traceparent") value = "00-xyz";
  }
  EXPECT_EQ(decode_request(message).value().traceparent, "");
}

TEST(MessageCodec, ADeadLetterKeepsTheRecordAndSaysWhy) {
  const Record record{{.topic = Topic::kResults, .key = "u1", .value = "{", .headers = {{"ce_id", "x"}}},
                      {.partition = 4, .offset = 1'234'567'890'123}};
  const auto letter = dead_letter(record, "not\nJSON " + std::string(1000, 'x'));
  EXPECT_EQ(letter.topic, Topic::kDead);
  EXPECT_EQ(letter.key, "u1");
  EXPECT_EQ(letter.value, "{");
  EXPECT_EQ(header(letter, "ce_id"), "x");
  EXPECT_EQ(header(letter, "reason").substr(0, 9), "not JSON ");
  EXPECT_EQ(header(letter, "reason").size(), 500U);
  EXPECT_EQ(header(letter, "topic"), "sasrec.results");
  EXPECT_EQ(header(letter, "partition"), "4");
  EXPECT_EQ(header(letter, "offset"), "1234567890123");
}

}  // namespace
}  // namespace sasrec::bus
