#include "http/route_metrics.hpp"

#include <string>

namespace sasrec::http {
namespace {

const char* name(Refusal refusal) {
  switch (refusal) {
    case Refusal::kRate:
      return "rate";
    case Refusal::kOverload:
      return "overload";
    case Refusal::kSize:
      return "size";
    case Refusal::kSlow:
      return "slow";
    case Refusal::kParse:
      return "parse";
  }
  return "parse";
}

}  // namespace

RouteMetrics::RouteMetrics(telemetry::Metrics& metrics, std::span<const Endpoint> endpoints) : metrics_(metrics) {
  for (const auto& endpoint : endpoints) {
    for (const unsigned status : {200U, 500U, 503U}) counter(endpoint.route, endpoint.method, status);
  }
}

telemetry::Metrics::Counter& RouteMetrics::counter(std::string_view route, Method method, unsigned status) {
  auto*& counter = counters_[{route.data(), method, status}];
  if (counter == nullptr) {
    counter = &metrics_.http_requests.Add({{"route", std::string(route)},
                                           {"method", std::string(to_string(method))},
                                           {"status", std::to_string(status)}});
  }
  return *counter;
}

void RouteMetrics::answered(std::string_view route, Method method, unsigned status, std::chrono::nanoseconds took) {
  if (route.empty()) route = "other";
  telemetry::Metrics::Histogram* histogram = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    counter(route, method, status).Increment();
    auto*& known = histograms_[route.data()];
    if (known == nullptr) {
      known = &metrics_.http_seconds.Add({{"route", std::string(route)}}, telemetry::Metrics::latency_buckets());
    }
    histogram = known;
  }
  histogram->Observe(std::chrono::duration<double>(took).count());
}

void RouteMetrics::refused(Refusal refusal) {
  metrics_.http_refused.Add({{"reason", name(refusal)}}).Increment();
}

}  // namespace sasrec::http
