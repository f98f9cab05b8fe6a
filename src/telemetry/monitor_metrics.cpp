#include "telemetry/monitor_metrics.hpp"

namespace sasrec::telemetry {
namespace {

auto& gauges(Metrics& metrics, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(metrics.registry());
}

auto& gauge(Metrics& metrics, const char* name, const char* help) {
  return gauges(metrics, name, help).Add({});
}

void remove(prometheus::Family<prometheus::Gauge>& family, const prometheus::Labels& labels) {
  if (family.Has(labels)) family.Remove(&family.Add(labels));
}

}  // namespace

MonitorMetrics::MonitorMetrics(Metrics& metrics)
    : drift_distance(gauges(metrics, "sasrec_drift_distance", "How far the last window is from the reference windows")),
      drift_threshold(
          gauges(metrics, "sasrec_drift_threshold", "Mean and three deviations of the reference windows' distances")),
      drift_alarm(gauges(metrics, "sasrec_drift_alarm", "1: beyond the threshold in two windows in a row")),
      drift_observations(gauges(metrics, "sasrec_drift_observations", "Observations in the last window")),
      drift_reference_windows(
          gauges(metrics, "sasrec_drift_reference_windows", "Windows that a feature is held against")),
      reference_missing(gauge(metrics, "sasrec_drift_reference_missing",
                              "1: the version brings no reference windows; the first ones of its service are taken")),
      coverage(gauge(metrics, "sasrec_recommended_coverage_ratio",
                     "Share of the model's items that were recommended in the last window")),
      gini(gauge(metrics, "sasrec_recommended_gini_ratio",
                 "How unequally the model's items were recommended in the last window: 0 all the same")),
      online_hit_ratio(gauges(metrics, "sasrec_online_hit_ratio",
                              "Share of interactions that stood among the first k of what was recommended before")),
      online_reciprocal_rank(gauges(metrics, "sasrec_online_reciprocal_rank",
                                    "Mean of 1/rank, 0 beyond 10, of interactions in what was recommended before")),
      online_events(gauges(metrics, "sasrec_online_events", "Interactions that followed an answer, each counted once")),
      online_label_coverage(
          gauges(metrics, "sasrec_online_label_coverage_ratio", "Share of answers that an interaction followed")),
      online_click_ratio(
          gauges(metrics, "sasrec_online_click_ratio",
                 "Share of answers that an interaction followed which names them and an item of theirs")),
      window_end(gauge(metrics, "sasrec_monitor_window_end_timestamp_seconds",
                       "When the last window ended that was read, in Unix seconds")),
      window_seconds(gauge(metrics, "sasrec_monitor_window_seconds", "Length of a window")),
      read_seconds(gauge(metrics, "sasrec_monitor_read_seconds", "How long the last window took to read")),
      failures(prometheus::BuildCounter()
                   .Name("sasrec_monitor_failures_total")
                   .Help("Tries to read a window that failed")
                   .Register(metrics.registry())
                   .Add({})) {}

void MonitorMetrics::forget_version(const std::string& version) {
  for (const char* ranker : {"model", "popular"}) {
    for (const char* k : {"1", "5", "10"})
      remove(online_hit_ratio, {{"version", version}, {"ranker", ranker}, {"k", k}});
    remove(online_reciprocal_rank, {{"version", version}, {"ranker", ranker}});
  }
  for (auto* family : {&online_events, &online_label_coverage, &online_click_ratio}) {
    remove(*family, {{"version", version}});
  }
}

}  // namespace sasrec::telemetry
