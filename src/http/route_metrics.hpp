#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string_view>
#include <tuple>

#include "http/endpoints.hpp"
#include "http/server/message.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::http {

/// Why something was refused before a handler saw it.
enum class Refusal : std::uint8_t { kRate, kOverload, kSize, kSlow, kParse };

/// Counts answers. Remembers the counters: finding one by its labels takes longer than many an answer. Thread-safe.
class RouteMetrics {
 public:
  /// Counters of success and of the server's own failures exist from the start, at 0, so that a rate sees the first
  /// one.
  RouteMetrics(telemetry::Metrics& metrics, std::span<const Endpoint> endpoints);

  /// `route` is a pattern of the endpoint table; empty: none of them.
  void answered(std::string_view route, Method method, unsigned status, std::chrono::nanoseconds took);
  void refused(Refusal refusal);

 private:
  telemetry::Metrics::Counter& counter(std::string_view route, Method method, unsigned status);

  telemetry::Metrics& metrics_;
  std::mutex mutex_;  // guards the maps. Their keys' views are of the endpoint table
  std::map<std::tuple<const char*, Method, unsigned>, telemetry::Metrics::Counter*> counters_;
  std::map<const char*, telemetry::Metrics::Histogram*> histograms_;
};

}  // namespace sasrec::http
