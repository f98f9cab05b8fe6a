#include "http/key_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::StartsWith;

class KeyRingOfTheServer : public DataFixture {};

TEST_F(KeyRingOfTheServer, KeysAreAskedForOnceThereAreSome) {
  options.key_interval = std::chrono::milliseconds(5);
  start();
  EXPECT_EQ(get("/v1/popular").status, 200U);
  ASSERT_TRUE(keys.add_key({.name = "shop", .hash = base::sha256("s3cret"), .scopes = {http::Scope::kRead}}));
  ASSERT_TRUE(keys.outage().await_calls(keys.outage().calls() + 2));
  const auto refused = get("/v1/popular");
  EXPECT_EQ(refused.status, 401U);
  EXPECT_THAT(refused.header("www-authenticate"), StartsWith("Bearer"));
  EXPECT_EQ(ask({.path = "/v1/popular", .headers = {"Authorization: Bearer s3cret"}}).status, 200U);
  EXPECT_EQ(post("/v1/recommendations", R"({"user":"u"})", {"Authorization: Bearer s3cret"}).status, 403U);
  EXPECT_EQ(get("/metrics").status, 401U);
  for (const auto* open : {"/", "/healthz", "/readyz", "/docs", "/openapi.yaml"})
    EXPECT_EQ(get(open).status, 200U) << open;
}

}  // namespace
}  // namespace sasrec::http
