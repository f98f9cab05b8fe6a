// What the request decoders take, and what they say of the rest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/bodies/interaction_body.hpp"
#include "http/bodies/item_body.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/recommendation_body.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const base::Time kNow = base::parse_time("2026-11-22T15:30:00Z").value();

Problem problem_of_interactions(std::string_view body) {
  const auto decoded = decode_interactions(body, "", kNow);
  return decoded ? Problem{.status = 200} : decoded.error();
}

Problem problem_of_request(std::string_view body) {
  const auto decoded = decode_recommendation(body);
  return decoded ? Problem{.status = 200} : decoded.error();
}

Problem problem_of_items(std::string_view body) {
  const auto decoded = decode_items(body);
  return decoded ? Problem{.status = 200} : decoded.error();
}

std::vector<std::string> pointers(const Problem& problem) {
  std::vector<std::string> pointers;
  pointers.reserve(problem.errors.size());
  for (const auto& error : problem.errors) pointers.push_back(error.where);
  return pointers;
}

TEST(JsonDocument, RefusesWhatIsNotOneJsonValueWith400) {
  for (const std::string body :
       {"", "{", "{\"a\":1}x", "{\"a\":01}", "\"\xff\"", "[1,]", "nul", "{\"a\" 1}", "\"\\ud800\""}) {
    const auto parsed = parse_json(body);
    ASSERT_FALSE(parsed) << body;
    EXPECT_EQ(parsed.error().status, 400U) << body;
    EXPECT_THAT(parsed.error().detail, HasSubstr("not valid JSON")) << body;
  }
}

TEST(JsonDocument, RefusesAFieldThatStandsTwiceAnywhere) {
  EXPECT_THAT(parse_json(R"({"a":[{"b":1,"c":2,"b":3}]})").error().detail, HasSubstr("twice"));
  EXPECT_THAT(parse_json(R"({"a":1,"b":2,"\u0061":3})").error().detail, HasSubstr("twice"));
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(JsonDocument, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(kMaxDepth)));
  EXPECT_THAT(parse_json(nested(kMaxDepth + 1)).error().detail, HasSubstr("deep"));
}

TEST(InteractionBody, ReadsAllFields) {
  const auto decoded = decode_interactions(
      R"({"interactions":[{"id":"e1","user":"u1","item":"i1","time":"2026-01-02T03:04:05.5+01:00","kind":"view",
          "recommendation":"0192F5A0-0000-7000-8000-000000000001"}]})",
      "", kNow);
  ASSERT_TRUE(decoded);
  EXPECT_THAT(*decoded, ElementsAre(bus::Interaction{.id = "e1",
                                                     .user = "u1",
                                                     .item = "i1",
                                                     .time = base::parse_time("2026-01-02T02:04:05.5Z").value(),
                                                     .kind = "view",
                                                     .recommendation = "0192f5a0-0000-7000-8000-000000000001"}));
}

TEST(InteractionBody, MakesWhatIsAbsent) {
  const auto decoded = decode_interactions(R"({"interactions":[{"user":"u1","item":"i1"}]})", "", kNow);
  ASSERT_TRUE(decoded);
  const auto& made = decoded->front();
  EXPECT_TRUE(base::Uuid::parse(made.id));
  EXPECT_EQ(made.time, kNow);
  EXPECT_EQ(made.kind, "interaction");
  EXPECT_EQ(made.recommendation, "");
}

TEST(InteractionBody, ReadsUnixSeconds) {
  const auto decoded = decode_interactions(
      R"({"interactions":[{"user":"u","item":"i","time":1767323045},{"user":"u","item":"i","time":1767323045.25}]})",
      "", kNow);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(base::format_time(decoded->at(0).time), "2026-01-02T03:04:05Z");
  EXPECT_EQ(base::format_time(decoded->at(1).time), "2026-01-02T03:04:05.250Z");
}

TEST(InteractionBody, IdsFromAnIdempotencyKeyLastAndDependOnPlaceAndContent) {
  const std::string body =
      R"({"interactions":[{"user":"u","item":"i"},{"user":"u","item":"i"},{"user":"u","item":"j"}]})";
  const auto first = decode_interactions(body, "scope", kNow).value();
  const auto again = decode_interactions(body, "scope", kNow + std::chrono::seconds(9)).value();
  const auto other = decode_interactions(body, "other", kNow).value();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i].id, again[i].id);
    EXPECT_NE(first[i].id, other[i].id);
  }
  EXPECT_NE(first[0].id, first[1].id);
  const auto changed = decode_interactions(R"({"interactions":[{"user":"u","item":"k"}]})", "scope", kNow).value();
  EXPECT_NE(first[0].id, changed[0].id);
}

TEST(InteractionBody, NamesEveryWrongFieldAtOnce) {
  const auto problem = problem_of_interactions(
      R"({"interactions":[{"user":"","item":1.5,"time":"yesterday","kind":"","recommendation":"x","id":"a\u0001"},
          {"item":"i","more/~":1}],"also":0})");
  EXPECT_EQ(problem.status, 422U);
  EXPECT_THAT(pointers(problem),
              ElementsAre("/interactions/0/id", "/interactions/0/user", "/interactions/0/item", "/interactions/0/time",
                          "/interactions/0/kind", "/interactions/0/recommendation", "/interactions/1/user",
                          "/interactions/1/more~1~0", "/also"));
  for (const auto& error : problem.errors) EXPECT_NE(error.detail, "") << error.where;
}

TEST(InteractionBody, ATimeInTheFutureIsRefusedWithThatOfTheServer) {
  const auto problem =
      problem_of_interactions(R"({"interactions":[{"user":"u","item":"i","time":"2199-01-01T00:00:00Z"}]})");
  EXPECT_EQ(problem.status, 422U);
  EXPECT_THAT(pointers(problem), ElementsAre("/interactions/0/time"));
  EXPECT_THAT(problem.detail, HasSubstr("2026-11-22T15:30:00Z"));
}

TEST(InteractionBody, OneBadElementRefusesAll) {
  EXPECT_EQ(problem_of_interactions(R"({"interactions":[{"user":"u","item":"i"},{"user":"u"}]})").status, 422U);
}

TEST(InteractionBody, RefusesTimesThatAreNoMomentOrOutOfBounds) {
  for (const std::string time : {"-1", "1e300", "\"1969-12-31T23:59:59Z\"", "\"2200-01-01T00:00:00Z\"", "7258118400",
                                 "\"2026-11-22T16:30:01Z\"", "true", "null", "\"noon\""}) {
    const auto problem = problem_of_interactions(R"({"interactions":[{"user":"u","item":"i","time":)" + time + "}]}");
    EXPECT_THAT(pointers(problem), ElementsAre("/interactions/0/time")) << time;
  }
}

TEST(InteractionBody, TakesOneToAThousand) {
  const auto body = [](std::size_t count) {
    std::string elements;
    for (std::size_t i = 0; i < count; ++i) elements += std::string(i == 0 ? "" : ",") + R"({"user":"u","item":"i"})";
    return "{\"interactions\":[" + elements + "]}";
  };
  EXPECT_THAT(decode_interactions(body(1000), "", kNow).value(), SizeIs(1000));
  for (const std::size_t count : {0, 1001}) {
    EXPECT_THAT(problem_of_interactions(body(count)).errors.at(0).detail, HasSubstr("1 to 1000")) << count;
  }
  EXPECT_THAT(pointers(problem_of_interactions("{}")), ElementsAre("/interactions"));
  EXPECT_THAT(pointers(problem_of_interactions("[]")), ElementsAre(""));
}

TEST(InteractionBody, KeepsOnlyTheFirstTwentyErrors) {
  std::string elements = "{}";
  for (int i = 0; i < 100; ++i) elements += ",{}";
  EXPECT_THAT(problem_of_interactions("{\"interactions\":[" + elements + "]}").errors, SizeIs(20));
}

TEST(RecommendationBody, ReadsAllFields) {
  const auto decoded = decode_recommendation(
      R"({"user":"u1","history":["i1","i2"],"k":7.0,"exclude":["i9"],"filter":{"categories":["Comedy"]},
          "seen":"include","explain":true})");
  ASSERT_TRUE(decoded);
  const auto& message = decoded->message;
  EXPECT_EQ(message.user, "u1");
  EXPECT_THAT(message.history, ElementsAre("i1", "i2"));
  EXPECT_EQ(message.k, 7U);
  EXPECT_THAT(message.exclude, ElementsAre("i9"));
  EXPECT_THAT(message.categories, ElementsAre("Comedy"));
  EXPECT_EQ(message.seen, bus::Seen::kInclude);
  EXPECT_TRUE(message.explain);
  EXPECT_FALSE(decoded->read_history);
}

TEST(RecommendationBody, TakesIdsThatAreNumbers) {
  const auto message =
      decode_recommendation(R"({"user":42,"history":[9007199254740993,"i2"],"exclude":[7]})").value().message;
  EXPECT_EQ(message.user, "42");
  EXPECT_THAT(message.history, ElementsAre("9007199254740993", "i2"));
  EXPECT_THAT(message.exclude, ElementsAre("7"));
  const auto refused = problem_of_request(R"({"history":[1e3]})");
  EXPECT_THAT(pointers(refused), ElementsAre("/history/0"));
  EXPECT_THAT(refused.detail, HasSubstr("whole number"));
}

TEST(RecommendationBody, AUserAloneHasTheHistoryRead) {
  const auto decoded = decode_recommendation(R"({"user":"u1"})").value();
  EXPECT_TRUE(decoded.read_history);
  EXPECT_EQ(decoded.message.k, 10U);
  EXPECT_EQ(decoded.message.seen, bus::Seen::kExclude);
  EXPECT_FALSE(decode_recommendation(R"({"history":[]})").value().read_history);
}

TEST(RecommendationBody, NeedsUserOrHistory) {
  const auto problem = problem_of_request(R"({"k":5})");
  EXPECT_THAT(pointers(problem), ElementsAre(""));
  EXPECT_THAT(problem.detail, HasSubstr("user or history"));
  // A wrong one is named, and not called missing as well.
  EXPECT_THAT(pointers(problem_of_request(R"({"user":5.5})")), ElementsAre("/user"));
}

TEST(RecommendationBody, NamesEveryWrongField) {
  const auto problem = problem_of_request(
      R"({"user":"u","history":["a",1.5,""],"k":0,"exclude":"x","filter":{"categories":[2],"colour":"red"},"seen":"maybe",
          "explain":"yes","extra":null})");
  EXPECT_THAT(pointers(problem), ElementsAre("/history/1", "/history/2", "/k", "/exclude", "/filter/categories/0",
                                             "/filter/colour", "/seen", "/explain", "/extra"));
}

TEST(RecommendationBody, KeepsItsBounds) {
  const auto ids = [](std::size_t count) {
    std::string text = "[\"i\"";
    for (std::size_t i = 1; i < count; ++i) text += ",\"i\"";
    return text + ']';
  };
  EXPECT_EQ(problem_of_request(R"({"user":"u","k":1000})").status, 200U);
  for (const std::string k : {"1001", "-1", "1.5", "\"3\"", "1e30", "18446744073709551616"}) {
    EXPECT_THAT(pointers(problem_of_request(R"({"user":"u","k":)" + k + "}")), ElementsAre("/k")) << k;
  }
  EXPECT_EQ(problem_of_request(R"({"history":)" + ids(bus::kMaxHistory) + "}").status, 200U);
  EXPECT_THAT(pointers(problem_of_request(R"({"history":)" + ids(bus::kMaxHistory + 1) + "}")),
              ElementsAre("/history"));
  EXPECT_THAT(pointers(problem_of_request(R"({"user":"u","exclude":)" + ids(bus::kMaxExclude + 1) + "}")),
              ElementsAre("/exclude"));
  EXPECT_EQ(problem_of_request(R"({"user":")" + std::string(256, 'u') + "\"}").status, 200U);
  EXPECT_THAT(pointers(problem_of_request(R"({"user":")" + std::string(257, 'u') + "\"}")), ElementsAre("/user"));
}

TEST(RecommendationBody, WhatItTakesKeepsToTheRulesOfTheMessage) {
  const auto decoded = decode_recommendation(R"({"user":"ü 1","history":["i/1"],"k":1000,"filter":{"categories":[]}})");
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(bus::check(decoded->message));
}

TEST(RecommendationBody, ABatchHasAnOutcomePerElement) {
  const auto decoded = decode_batch(R"({"requests":[{"user":"u1"},{"user":"u2","k":0},7,{"history":["i"]}]})");
  ASSERT_TRUE(decoded);
  ASSERT_THAT(*decoded, SizeIs(4));
  EXPECT_EQ(decoded->at(0)->message.user, "u1");
  EXPECT_THAT(pointers(decoded->at(1).error()), ElementsAre("/requests/1/k"));
  EXPECT_THAT(pointers(decoded->at(2).error()), ElementsAre("/requests/2"));
  EXPECT_TRUE(decoded->at(3));
}

TEST(RecommendationBody, ABatchAsAWholeNeedsItsArray) {
  EXPECT_THAT(pointers(decode_batch(R"({"requests":[]})").error()), ElementsAre("/requests"));
  EXPECT_THAT(pointers(decode_batch(R"({"requests":[{"user":"u"}],"x":1})").error()), ElementsAre("/x"));
  EXPECT_EQ(decode_batch("{").error().status, 400U);
}

TEST(RecommendationBody, TheFingerprintTellsRequestsApart) {
  const auto print = [](std::string_view body) {
    return fingerprint(decode_recommendation(body).value());
  };
  const auto base = print(R"({"user":"u","history":["a","b"]})");
  EXPECT_EQ(base, print(R"({ "history":["a","b"], "k":10, "user":"u", "seen":"exclude" })"));
  for (const std::string other :
       {R"({"user":"u","history":["ab"]})", R"({"user":"u","history":["b","a"]})", R"({"user":"u"})",
        R"({"user":"u","history":["a"],"exclude":["b"]})", R"({"user":"u","history":["a","b"],"k":9})",
        R"({"user":"u","history":["a","b"],"seen":"include"})", R"({"user":"u","history":["a","b"],"explain":true})",
        R"({"user":"u","history":["a","b"],"filter":{"categories":["c"]}})"}) {
    EXPECT_NE(base, print(other)) << other;
  }
}

TEST(ItemBody, ReadsAllFields) {
  const auto decoded = decode_items(
      R"({"items":[{"id":"i1","title":"Blue","categories":["a","b"],"attributes":{"price":0.25,"n":{"x":[1,null]}},"available":false},
          {"id":"i2"}]})");
  ASSERT_TRUE(decoded);
  ASSERT_THAT(*decoded, SizeIs(2));
  EXPECT_EQ(decoded->at(0).title, "Blue");
  EXPECT_THAT(decoded->at(0).categories, ElementsAre("a", "b"));
  EXPECT_EQ(decoded->at(0).attributes, R"({"price":0.25,"n":{"x":[1,null]}})");
  EXPECT_FALSE(decoded->at(0).available);
  EXPECT_EQ(decoded->at(1).title, "");
  EXPECT_THAT(decoded->at(1).categories, IsEmpty());
  EXPECT_EQ(decoded->at(1).attributes, "{}");
  EXPECT_TRUE(decoded->at(1).available);
}

TEST(ItemBody, NamesWhatIsWrong) {
  EXPECT_THAT(pointers(problem_of_items(
                  R"({"items":[{"title":"","categories":"x","attributes":[],"available":1},{"id":"a","colour":2}]})")),
              ElementsAre("/items/0/id", "/items/0/title", "/items/0/categories", "/items/0/attributes",
                          "/items/0/available", "/items/1/colour"));
}

TEST(ItemBody, RefusesAttributesThatTheDatabaseCannotHold) {
  for (const std::string attributes : {R"({"a":"\u0000"})", R"({"\u0000":1})", R"({"a":[{"b":"x\u0000"}]})"}) {
    EXPECT_THAT(pointers(problem_of_items(R"({"items":[{"id":"i","attributes":)" + attributes + "}]}")),
                ElementsAre("/items/0/attributes"))
        << attributes;
  }
  const std::string large = R"({"items":[{"id":"i","attributes":{"a":")" + std::string(16UL * 1024, 'x') + "\"}}]}";
  EXPECT_THAT(problem_of_items(large).detail, HasSubstr("16384"));
}

}  // namespace
}  // namespace sasrec::http
