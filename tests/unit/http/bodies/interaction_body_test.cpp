#include "http/bodies/interaction_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "http/bodies/item_body.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "unit/http/bodies/problems.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

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

}  // namespace
}  // namespace sasrec::http
