#include <string>
#include <utility>

#include "http/bodies/answer_json.hpp"
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
  std::string_view separator = "[";
  for (const auto& [name, check] : checks) {
    const auto checked = check();
    readiness.ready = readiness.ready && checked.has_value();
    readiness.checks += separator;
    append_field(readiness.checks, "{", "name", name);
    readiness.checks += checked ? ",\"ready\":true" : ",\"ready\":false";
    const auto& detail = checked ? *checked : checked.error().message;
    if (!detail.empty()) append_field(readiness.checks, ",", "detail", detail);
    readiness.checks += '}';
    separator = ",";
  }
  readiness.checks += readiness.checks.empty() ? "[]" : "]";
  return readiness;
}

}  // namespace

Task<Response> get_health(Exchange&) {
  co_return file("application/json", R"({"status":"alive"})");
}

Task<Response> get_readiness(Exchange& exchange, const OperationServices& services) {
  if (exchange.stopping()) co_return to_response({.status = 503, .detail = "draining: the server is stopping"});
  auto check = [&checks = services.readiness]() -> base::Result<Readiness> {
    return run_checks(checks);
  };
  const auto checked = co_await exchange.compute<Readiness>(std::move(check));
  if (!checked) co_return to_response(to_problem(checked.error()));
  if (checked->ready) co_return file("application/json", "{\"status\":\"ready\",\"checks\":" + checked->checks + '}');
  const Problem problem{.status = 503, .detail = "a part of the service isn't ready", .retry_after = 2};
  co_return to_response(problem, ",\"checks\":" + checked->checks);
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
