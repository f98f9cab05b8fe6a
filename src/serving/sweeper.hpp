#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>

#include "base/pause.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/bus.hpp"
#include "serving/recommendation_store.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::serving {

/// Sees to it that every stored request ends: publishes again what has no result after a while, and ends at its
/// deadline what has none by then. One thread; any number of sweepers.
///
/// Guarantee: while the database and one sweeper are up, a request is final soon after its deadline and the grace, even
/// if the bus lost everything. What it publishes may be lost again: a request then comes due again, and who waits for
/// an expired one finds it in the database.
class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds interval{500};
    std::chrono::milliseconds again_after{3'000};  ///< from an attempt to the second; then twice as long each time
    std::chrono::milliseconds grace{2'000};        ///< after the deadline: a result may be on its way
    std::size_t max_rows = 500;                    ///< rows per call of the store
    base::Backoff::Options backoff{.first = std::chrono::milliseconds(500)};  ///< while the database is down
    base::Clock clock = base::now;
  };

  Sweeper(RecommendationStore& store, bus::Bus& bus, telemetry::Metrics& metrics, Options options);

  /// Sweeps every `interval` until `stop`.
  void run(const std::stop_token& stop);

  /// Once over all that is due now. Fails with the store's error; what was done until then is done. Where the bus takes
  /// no more, the rest of what is due waits for its next attempt; while it is down, nothing is attempted.
  base::Result<void> sweep();

 private:
  base::Result<void> republish(base::Time now);
  base::Result<void> expire(base::Time now);

  RecommendationStore& store_;
  bus::Bus& bus_;
  telemetry::Metrics& metrics_;
  Options options_;
};

}  // namespace sasrec::serving
