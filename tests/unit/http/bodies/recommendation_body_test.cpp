#include "http/bodies/recommendation_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/bodies/interaction_body.hpp"
#include "http/bodies/item_body.hpp"
#include "http/bodies/json_document.hpp"
#include "unit/http/bodies/problems.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

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

}  // namespace
}  // namespace sasrec::http
