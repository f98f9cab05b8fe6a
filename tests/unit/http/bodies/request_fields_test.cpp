#include "http/bodies/request_fields.hpp"

#include <gtest/gtest.h>

#include "http/idempotency.hpp"
#include "http/query.hpp"

namespace sasrec::http {
namespace {

using std::chrono::seconds;

TEST(RequestFields, FindsTheWaitAmongPreferences) {
  const auto wait = [](std::string_view prefer) {
    return preferred_wait(prefer, seconds(30));
  };
  EXPECT_EQ(wait("wait=10"), seconds(10));
  EXPECT_EQ(wait("respond-async, Wait = \"5\"; x=y"), seconds(5));
  EXPECT_EQ(wait("wait=0"), seconds(0));
  EXPECT_EQ(wait("wait=31"), seconds(30));
  EXPECT_EQ(wait("wait=99999999999999999999"), seconds(30));
  for (const auto* unreadable :
       {"", "wait", "wait=", "wait=-1", "wait=ten", "wait=1.5", "waiter=3", "return=minimal"}) {
    EXPECT_EQ(wait(unreadable), std::nullopt) << unreadable;
  }
}

TEST(RequestFields, PassesOnAValidTraceContextAndReplacesOthers) {
  const std::string valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(trace_context(valid), valid);
  for (const std::string invalid : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                                    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                    "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01"}) {
    const auto made = trace_context(invalid);
    EXPECT_NE(made, invalid);
    EXPECT_EQ(trace_context(made), made) << made;
    EXPECT_NE(trace_context(invalid), made);
  }
}

TEST(RequestFields, KeepsARequestIdOfVisibleAscii) {
  EXPECT_EQ(request_id("abc-1"), "abc-1");
  EXPECT_EQ(request_id(std::string(128, 'x')), std::string(128, 'x'));
  for (const auto& invalid :
       {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\tb"), std::string("\xc3\xa4")}) {
    EXPECT_NE(request_id(invalid), invalid);
    EXPECT_EQ(request_id(invalid).size(), 36U);
  }
}

TEST(RequestFields, TellsJson) {
  for (const auto* json : {"application/json", "Application/JSON; charset=UTF-8", "application/merge-patch+json",
                           "application/json; charset=\"utf-8\""}) {
    EXPECT_TRUE(is_json(json)) << json;
  }
  for (const auto* other :
       {"", "text/plain", "application/jsonp", "application/+json", "application/json; charset=latin1", "text/json"}) {
    EXPECT_FALSE(is_json(other)) << other;
  }
}

TEST(Query, DecodesAndDefaults) {
  QueryReader query("query=a%20b+c&limit=7&");
  EXPECT_EQ(query.text("query", 10), "a b c");
  EXPECT_EQ(query.number("limit", 1, 10, 3), 7U);
  EXPECT_EQ(query.number("k", 1, 10, 3), 3U);
  EXPECT_FALSE(query.problem());
}

TEST(Query, NamesTheParameterThatIsWrong) {
  for (const auto* wrong :
       {"limit=0", "limit=11", "limit=x", "limit=", "limit=%2B1", "limit=1&limit=2", "limit=%zz", "limit=%ff"}) {
    QueryReader query(wrong);
    query.number("limit", 1, 10, 3);
    const auto problem = query.problem();
    ASSERT_TRUE(problem) << wrong;
    EXPECT_EQ(problem->status, 422U);
    ASSERT_EQ(problem->errors.size(), 1U) << wrong;
    EXPECT_EQ(problem->errors.front().where, "limit");
    EXPECT_EQ(problem->errors.front().in, FieldError::In::kParameter);
  }
  QueryReader unknown("limt=3");
  unknown.number("limit", 1, 10, 3);
  EXPECT_EQ(unknown.problem()->errors.front().where, "limt");
  QueryReader control("query=%07");
  control.text("query", 10);
  EXPECT_EQ(control.problem()->errors.front().where, "query");
}

TEST(Query, PercentDecodesUtf8Only) {
  EXPECT_EQ(percent_decoded("a%2Fb%20%C3%A4+"), "a/b ä+");
  EXPECT_EQ(percent_decoded("%c3"), std::nullopt);
  EXPECT_EQ(percent_decoded("%4"), std::nullopt);
  EXPECT_EQ(percent_decoded("%-4"), std::nullopt);
}

TEST(Idempotency, TheSameCallerRouteAndKeyNameTheSame) {
  const auto id = [](std::string_view caller, std::string_view route, std::string_view key, std::size_t index = 0) {
    return Idempotency::of(caller, route, key)->id(index);
  };
  const auto base = id("shop", "/a", "k");
  EXPECT_EQ(base, id("shop", "/a", "k"));
  EXPECT_NE(base, id("shop2", "/a", "k"));
  EXPECT_NE(base, id("shop", "/b", "k"));
  EXPECT_NE(base, id("shop", "/a", "k2"));
  EXPECT_NE(base, id("shop", "/a", "k", 1));
  const auto none = Idempotency::of("shop", "/a", std::nullopt);
  EXPECT_FALSE(none->given());
  EXPECT_NE(none->id(), none->id());
}

TEST(Idempotency, RefusesKeysThatAreTooLongOrNotAscii) {
  EXPECT_TRUE(Idempotency::of("", "/a", std::string(255, 'k')));
  for (const auto& key : {std::string(), std::string(256, 'k'), std::string("a b"), std::string("\xc3\xa4")}) {
    const auto refused = Idempotency::of("", "/a", key);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 422U);
    EXPECT_EQ(refused.error().errors.front().where, "Idempotency-Key");
  }
}

}  // namespace
}  // namespace sasrec::http
