#include "http/route_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class RouteMetricsOfTheServer : public DataFixture {};

TEST_F(RouteMetricsOfTheServer, MetricsCountByRoute) {
  start();
  get("/v1/items/some-item");
  get("/v1/items/another");
  get("/nowhere");
  const auto metrics_text = get("/metrics");
  EXPECT_EQ(metrics_text.header("content-type"), telemetry::kMetricsContentType);
  EXPECT_THAT(metrics_text.body,
              HasSubstr(R"(sasrec_http_requests_total{method="GET",route="/v1/items/{id}",status="404"} 2)"));
  EXPECT_THAT(metrics_text.body, HasSubstr(R"(sasrec_http_requests_total{method="GET",route="other",status="404"} 1)"));
  EXPECT_THAT(metrics_text.body, HasSubstr("sasrec_http_open_connections 1"));
  EXPECT_THAT(metrics_text.body, Not(HasSubstr("some-item")));
}

}  // namespace
}  // namespace sasrec::http
