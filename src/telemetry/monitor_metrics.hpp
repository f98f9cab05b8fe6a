#pragma once

#include <string>
#include <string_view>

#include "telemetry/metrics.hpp"

namespace sasrec::telemetry {

/// The metrics of the monitor alone: drift and online quality. Made only where it runs, so that others don't have them.
/// `metrics` must outlive it.
struct MonitorMetrics {
  explicit MonitorMetrics(Metrics& metrics);

  template <class T>
  using Family = Metrics::Family<T>;
  using Gauge = Metrics::Gauge;
  using Counter = Metrics::Counter;

  Family<Gauge>& drift_distance;           ///< labels feature, statistic; of the last window that was judged
  Family<Gauge>& drift_threshold;          ///< labels feature, statistic
  Family<Gauge>& drift_alarm;              ///< labels feature, statistic; 1: two windows in a row beyond the threshold
  Family<Gauge>& drift_observations;       ///< labels feature; of the last window
  Family<Gauge>& drift_reference_windows;  ///< labels feature
  Gauge& reference_missing;                ///< 1: the serving version's reference.json has no reference windows
  Gauge& coverage;                         ///< share of the model's items among what was recommended
  Gauge& gini;                             ///< over all items of the model
  Family<Gauge>& online_hit_ratio;         ///< labels version, ranker ("model", "popular"), k ("1", "5", "10")
  Family<Gauge>& online_reciprocal_rank;   ///< labels version, ranker; cut at 10
  Family<Gauge>& online_events;            ///< labels version: interactions that were ranked
  Family<Gauge>& online_label_coverage;    ///< labels version: share of answers that something followed
  Family<Gauge>& online_click_ratio;       ///< labels version: share of answers that a click with their id followed
  Gauge& window_end;                       ///< Unix seconds
  Gauge& window_seconds;
  Gauge& read_seconds;  ///< how long the last window took
  Counter& failures;    ///< windows that could not be read at the first try

  /// Ends the series of versions that were not seen in the last window.
  void forget_version(const std::string& version);
};

}  // namespace sasrec::telemetry
