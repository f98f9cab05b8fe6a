#include <string>
#include <utility>

#include "base/json_writer.hpp"
#include "http/handlers/handlers.hpp"
#include "http/problem.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::http {
namespace {

Response file(std::string_view content_type, std::string_view body) {
  return {.content_type = content_type, .body = std::string(body)};
}

struct Readiness {
  bool ready = true;
  std::string checks;  // JSON
};

Readiness run_checks(const std::vector<ReadinessCheck>& checks) {
  Readiness readiness;
  base::JsonArray array(readiness.checks);
  for (const auto& [name, check] : checks) {
    const auto checked = check();
    readiness.ready = readiness.ready && checked.has_value();
    base::JsonObject object(array.element());
    object.text("name", name);
    object.boolean("ready", checked.has_value());
    object.optional_text("detail", checked ? *checked : checked.error().message);
    object.end();
  }
  array.end();
  return readiness;
}

}  // namespace

Task<Response> get_health(Exchange&) {
  co_return file("application/json", R"({"status":"alive"})");
}

Task<Response> get_readiness(Exchange& exchange, const OperationServices& services) {
  if (exchange.stopping()) co_return to_response({.status = 503, .detail = "draining: the server is stopping"});
  // On the compute pool, because a check may ask the database and block.
  auto check = [&checks = services.readiness]() -> base::Result<Readiness> {
    return run_checks(checks);
  };
  const auto checked = co_await exchange.compute<Readiness>(std::move(check));
  if (!checked) co_return to_response(to_problem(checked.error()));
  const auto add_checks = [&](base::JsonObject& object) {
    object.member("checks") += checked->checks;
  };
  if (!checked->ready) {
    const Problem problem{.status = 503, .detail = "a part of the service isn't ready", .retry_after = 2};
    co_return to_response(problem, add_checks);
  }
  Response response;
  base::JsonObject body(response.body);
  body.plain_text("status", "ready");
  add_checks(body);
  body.end();
  co_return response;
}

Task<Response> get_metrics(Exchange& exchange, const OperationServices& services) {
  auto render = [&metrics = services.metrics]() -> base::Result<std::string> {
    return metrics.render();
  };
  auto rendered = co_await exchange.compute<std::string>(std::move(render));
  if (!rendered) co_return to_response(to_problem(rendered.error()));
  co_return file(telemetry::kMetricsContentType, *rendered);
}

}  // namespace sasrec::http
