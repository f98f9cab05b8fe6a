#pragma once

#include <chrono>
#include <cstddef>

#include "base/done.hpp"
#include "bus/bus.hpp"
#include "bus/records.hpp"
#include "serving/recommendation_store.hpp"
#include "serving/result_hub.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::serving {

/// Takes requests in: stored first, then published. Thread-safe; never blocks.
///
/// Guarantee: what was answered with success is in the database and ends there, whatever becomes of the bus. It is
/// published at once at most once; the sweeper does it again until there is a result. The store, the hub, the bus and
/// the metrics must outlive it, and it the calls that the store has not answered yet.
class Intake {
 public:
  struct Options {
    std::chrono::milliseconds deadline{30'000};  ///< from a request's arrival to when its answer is of no use any more
    std::size_t max_open = 4096;                 ///< accepted requests without a result before new ones are refused
    base::Clock clock = base::now;
  };

  Intake(RecommendationStore& store, bus::Bus& bus, ResultHub& hub, telemetry::Metrics& metrics, Options options);

  /// `request.message` needs id, user or history, k, and what was asked for; created and deadline are set here. `done`
  /// is called once: after success the request will end as done, failed or expired, whatever happens. One that the bus
  /// doesn't take at once is published by the sweeper. kOverloaded, at once: max_open is reached or the store is full.
  /// kInvalidInput: it breaks a rule of check(RequestRecord), or the id is taken by a request with another fingerprint
  /// (an Idempotency-Key used twice).
  void submit(NewRequest request, base::Done<Accepted> done);

 private:
  void publish(bus::RequestRecord request, const Accepted& accepted);

  RecommendationStore& store_;
  bus::Bus& bus_;
  ResultHub& hub_;
  telemetry::Metrics& metrics_;
  telemetry::Metrics::Histogram& database_seconds_;
  Options options_;
};

}  // namespace sasrec::serving
