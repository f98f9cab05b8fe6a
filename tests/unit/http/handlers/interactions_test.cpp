#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;

class InteractionRoutes : public DataFixture {};

TEST_F(InteractionRoutes, InteractionsAreStoredOnce) {
  start();
  const std::string body =
      R"({"interactions":[{"id":"e1","user":"u1","item":"i1","time":"2026-01-02T03:04:05Z","kind":"view"},
                          {"id":"e2","user":"u2","item":"i1"}]})";
  EXPECT_EQ(post("/v1/interactions", body).body, R"({"accepted":2,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", body).body, R"({"accepted":0,"duplicates":2})");
  EXPECT_EQ(interactions.all().size(), 2U);
  EXPECT_EQ(metrics.interactions_written.Value(), 2);
}

TEST_F(InteractionRoutes, ARetryWithItsKeyAddsNothing) {
  start();
  const std::string body = R"({"interactions":[{"user":"u1","item":"i1"},{"user":"u1","item":"i1"}]})";
  EXPECT_EQ(post("/v1/interactions", body, {"Idempotency-Key: k"}).body, R"({"accepted":2,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", body, {"Idempotency-Key: k"}).body, R"({"accepted":0,"duplicates":2})");
  EXPECT_EQ(post("/v1/interactions", body).body, R"({"accepted":2,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", body, {"Idempotency-Key: \xc3\xa4"}).status, 422U);
}

TEST_F(InteractionRoutes, OneBadInteractionRefusesAll) {
  start();
  const auto response = post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"i1"},{"user":"u1"}]})");
  EXPECT_EQ(response.status, 422U);
  EXPECT_THAT(response.body, HasSubstr("/interactions/1/item"));
  EXPECT_TRUE(interactions.all().empty());
}

TEST_F(InteractionRoutes, ALargeBodyIsReadAwayFromTheIoThread) {
  start();
  std::string elements;
  for (int i = 0; i < 1000; ++i) {
    elements += (i == 0 ? "" : ",") + std::string(R"({"user":")") + std::string(200, 'u') + R"(","item":"i"})";
  }
  EXPECT_EQ(post("/v1/interactions", "{\"interactions\":[" + elements + "]}").body,
            R"({"accepted":1000,"duplicates":0})");
  EXPECT_EQ(post("/v1/interactions", "{\"interactions\":[" + elements + ",]}").status, 400U);
}

}  // namespace
}  // namespace sasrec::http
