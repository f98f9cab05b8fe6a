#include "http/bodies/request_fields.hpp"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace sasrec::http
