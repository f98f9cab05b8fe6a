#pragma once

#include "telemetry/metrics.hpp"

namespace sasrec::telemetry {

/// How trainings get on, as the api sees it in the database, whichever process trains. `metrics` must outlive it.
struct TrainingMetrics {
  explicit TrainingMetrics(Metrics& metrics);

  Metrics::Gauge& progress;      ///< epochs done of those at most, of the last run that got on
  Metrics::Gauge& seconds_left;  ///< estimate; 0: none
  Metrics::Gauge& loss;          ///< of the last epoch
  Metrics::Gauge& ndcg;          ///< at 10, on the validation events, best so far
  Metrics::Family<Metrics::Counter>&
      runs;  ///< labels state: "promoted", "rejected", "failed"; ended while it looked on
};

}  // namespace sasrec::telemetry
