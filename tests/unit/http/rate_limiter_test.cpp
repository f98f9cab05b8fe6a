#include "http/rate_limiter.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

class RateLimiterOfTheServer : public DataFixture {};

TEST_F(RateLimiterOfTheServer, TooManyRequestsAreRefusedWithWhenToTryAgain) {
  options.rate = 0.01;
  options.burst = 2;
  start();
  EXPECT_EQ(get("/v1/popular").status, 200U);
  EXPECT_EQ(get("/v1/popular").status, 200U);
  const auto refused = get("/v1/popular");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_GT(std::stoi(refused.header("retry-after")), 90);
  EXPECT_EQ(get("/healthz").status, 200U);
}

}  // namespace
}  // namespace sasrec::http
