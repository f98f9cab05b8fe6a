#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;

class OperationRoutes : public DataFixture {};

TEST_F(OperationRoutes, WhatIsStillLoadingIsNotAnswered) {
  std::atomic<bool> ready = false;
  loaded = [&]() -> base::Result<void> {
    if (ready) return {};
    return base::fail(base::ErrorCode::kUnavailable, "the catalogue is being read");
  };
  add_items();
  start();
  for (const auto* path : {"/v1/popular", "/v1/items", "/v1/items/i1", "/v1/items/i1/similar", "/v1/users/u/history",
                           "/v1/recommendations/4e0f1c7e-7a1c-4c39-9f3c-0a4a5c1d2e3f"}) {
    const auto refused = get(path);
    EXPECT_EQ(refused.status, 503U) << path;
    EXPECT_EQ(refused.header("retry-after"), "1") << path;
    EXPECT_THAT(refused.body, HasSubstr("the catalogue is being read")) << path;
  }
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u"})").status, 503U);
  EXPECT_EQ(post("/v1/interactions", R"({"interactions":[{"user":"a","item":"i2"}]})").status, 200U);
  ready = true;
  EXPECT_EQ(get("/v1/popular").status, 200U);
}

TEST_F(OperationRoutes, ReadinessNamesWhatIsMissing) {
  bool ready = true;
  readiness.push_back({"database", [&]() -> base::Result<std::string> {
                         if (ready) return {};
                         return base::fail(base::ErrorCode::kUnavailable, "can't be reached");
                       }});
  readiness.push_back({"model", []() -> base::Result<std::string> {
                         return "none yet";
                       }});
  start();
  EXPECT_EQ(get("/healthz").status, 200U);
  EXPECT_EQ(
      get("/readyz").body,
      R"({"status":"ready","checks":[{"name":"database","ready":true},{"name":"model","ready":true,"detail":"none yet"}]})");
  ready = false;
  const auto missing = get("/readyz");
  EXPECT_EQ(missing.status, 503U);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  EXPECT_THAT(missing.body, HasSubstr(R"({"name":"database","ready":false,"detail":"can't be reached"})"));
  EXPECT_EQ(get("/healthz").status, 200U);
}

}  // namespace
}  // namespace sasrec::http
