#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class UserRoutes : public DataFixture {};

TEST_F(UserRoutes, UsersComeInPages) {
  start();
  for (const std::string user : {"ana", "anb", "anc", "bob"}) {
    post("/v1/interactions", R"({"interactions":[{"user":")" + user + R"(","item":"i1"}]})");
  }
  EXPECT_EQ(get("/v1/users?query=an&limit=2").body, R"({"users":[{"user":"ana"},{"user":"anb"}],"next":"anb"})");
  EXPECT_EQ(get("/v1/users?query=an&limit=2&after=anb").body, R"({"users":[{"user":"anc"}]})");
  EXPECT_EQ(get("/v1/users?query=x").body, R"({"users":[]})");
  const auto wrong = get("/v1/users?limit=1001&colour=red");
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_THAT(wrong.body, HasSubstr(R"("parameter":"limit")"));
  EXPECT_THAT(wrong.body, HasSubstr(R"("parameter":"colour")"));
}

TEST_F(UserRoutes, AUsersHistoryHasTitlesAndComesNewestFirst) {
  add_items();
  start();
  post("/v1/interactions",
       R"({"interactions":[{"user":"u ä/1","item":"i1","time":1767323045,"kind":"view"},
                           {"user":"u ä/1","item":"i9","time":1767323046,"kind":"buy"}]})");
  EXPECT_EQ(get("/v1/users/u%20%C3%A4%2F1/history").body,
            R"({"user":"u ä/1","history":[{"item":"i9","time":"2026-01-02T03:04:06Z","kind":"buy"},)"
            R"({"item":"i1","title":"The Blue Planet","time":"2026-01-02T03:04:05Z","kind":"view"}]})");
  EXPECT_THAT(get("/v1/users/u%20%C3%A4%2F1/history?limit=1").body, Not(HasSubstr("i1")));
  EXPECT_EQ(get("/v1/users/nobody/history").body, R"({"user":"nobody","history":[]})");
}

TEST_F(UserRoutes, PathsMustHoldIds) {
  start();
  const auto control = get("/v1/users/a%01/history");
  EXPECT_EQ(control.status, 422U);
  EXPECT_THAT(control.body, HasSubstr(R"("parameter":"id")"));
  EXPECT_EQ(get("/v1/users/%ff/history").status, 400U);
  EXPECT_EQ(get("/v1/users/" + std::string(257, 'u') + "/history").status, 422U);
}

TEST_F(UserRoutes, AUserCanBeDeleted) {
  start();
  post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"i1"},{"user":"u1","item":"i2"}]})");
  EXPECT_EQ(ask({.method = "DELETE", .path = "/v1/users/u1"}).body, R"({"interactions":2})");
  EXPECT_EQ(ask({.method = "DELETE", .path = "/v1/users/u1"}).body, R"({"interactions":0})");
}

}  // namespace
}  // namespace sasrec::http
