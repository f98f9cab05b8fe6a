#include "telemetry/training_metrics.hpp"

namespace sasrec::telemetry {
namespace {

auto& gauge(Metrics& metrics, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(metrics.registry()).Add({});
}

}  // namespace

TrainingMetrics::TrainingMetrics(Metrics& metrics)
    : progress(gauge(metrics, "sasrec_training_progress_ratio", "Epochs done of those at most, of the newest run")),
      seconds_left(gauge(metrics, "sasrec_training_left_seconds", "Estimate of how long the newest run still takes")),
      loss(gauge(metrics, "sasrec_training_loss", "Loss of the newest run's last epoch")),
      ndcg(gauge(metrics, "sasrec_training_validation_ndcg_ratio", "Best validation NDCG@10 of the newest run so far")),
      runs(prometheus::BuildCounter()
               .Name("sasrec_training_runs_total")
               .Help("Training runs that ended, by how")
               .Register(metrics.registry())) {
  for (const char* state : {"promoted", "rejected", "failed"}) runs.Add({{"state", state}});
}

}  // namespace sasrec::telemetry
