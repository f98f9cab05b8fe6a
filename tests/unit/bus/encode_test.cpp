#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bus/codec.hpp"
#include "unit/bus/sample_messages.hpp"

namespace sasrec::bus {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(Encode, HeadersAreThoseOfCloudEventsAndTheContext) {
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

TEST(Encode, AModelIsReadBackAndItsKeyIsAlwaysTheSame) {
  const ModelAnnouncement model{.version = "20261122T153000Z-000007", .manifest = "00", .metrics = "{}"};
  const auto message = encode(model);
  EXPECT_EQ(message.topic, Topic::kModels);
  EXPECT_EQ(message.key, "current");
  EXPECT_EQ(header(message, "ce_type"), "sasrec.model.activated.v1");
  EXPECT_EQ(decode_model(message).value(), model);
}

TEST(Encode, ScoresThatJsonLacksBecomeNumbers) {
  auto result = test::sample_result();
  constexpr auto kInfinity = std::numeric_limits<float>::infinity();
  result.items = {{"a", kInfinity}, {"b", -kInfinity}, {"c", std::nanf("")}, {"d", 0.1F}};
  const auto read = decode_result(encode(result)).value();
  constexpr auto kMax = std::numeric_limits<float>::max();
  EXPECT_THAT(read.items, ElementsAre(base::ScoredId{"a", kMax}, base::ScoredId{"b", -kMax}, base::ScoredId{"c", 0},
                                      base::ScoredId{"d", 0.1F}));
}

TEST(Encode, ADeadLetterKeepsTheRecordAndSaysWhy) {
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

TEST(Encode, ARequestIsReadBack) {
  const auto request = full_request();
  const auto message = encode(request);
  EXPECT_EQ(message.topic, Topic::kRequests);
  EXPECT_EQ(message.key, request.user);
  const auto read = decode_request(message);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, request);
}

TEST(Encode, AResultIsReadBack) {
  const auto result = full_result();
  const auto message = encode(result);
  EXPECT_EQ(message.topic, Topic::kResults);
  EXPECT_EQ(message.key, result.id.text()) << "all results of a request are in one partition";
  const auto read = decode_result(message);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, result);
}

TEST(Encode, ResultsThatAreNotDoneAreReadBack) {
  for (const auto status : {Status::kFailed, Status::kExpired}) {
    ResultRecord result{
        .id = kId, .status = status, .error = "why \"not\"\n", .created = test::at(), .deadline = test::at()};
    result.finished = test::at(1ms);
    const auto read = decode_result(encode(result));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, result);
  }
}

TEST(Encode, InteractionsAreReadBack) {
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

}  // namespace
}  // namespace sasrec::bus
