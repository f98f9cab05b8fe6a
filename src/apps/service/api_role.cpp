#include "apps/service/api_role.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "base/pause.hpp"
#include "retraining/run_watch.hpp"
#include "telemetry/observed_metrics.hpp"
#include "telemetry/training_metrics.hpp"

namespace sasrec::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void count_training(telemetry::TrainingMetrics& metrics, const retraining::TrainingRun& run) {
  const auto epochs = run.epochs.value_or(0);
  metrics.progress.Set(epochs == 0 ? 0 : static_cast<double>(run.epoch.value_or(0)) / static_cast<double>(epochs));
  metrics.seconds_left.Set(is_final(run.state) ? 0 : run.seconds_left.value_or(0));
  metrics.loss.Set(run.loss.value_or(0));
  metrics.ndcg.Set(run.ndcg.value_or(0));
  if (is_final(run.state)) metrics.runs.Add({{"state", std::string(to_string(run.state))}}).Increment();
}

serving::Intake::Options intake_options(const ServiceOptions& options) {
  return {.deadline = milliseconds(static_cast<std::int64_t>(options.deadline * 1000)), .max_open = options.max_open};
}

}  // namespace

ApiRole::ApiRole(Core& core, Answering& answering, serving::EventRing& events)
    : core_(core),
      answering_(answering),
      events_(events),
      hub_(core.bus, {.events = &events}),
      intake_(core.store, core.bus, hub_, core.metrics, intake_options(core.options)),
      versions_(core.options.checkpoints, answering.catalogue(), answering.popular()) {
  core.metrics.observe(telemetry::kQueueDepth.name, telemetry::kQueueDepth.help, {{"queue", "open_requests"}},
                       [this] { return static_cast<double>(hub_.open()); });
}

void ApiRole::start() {
  threads_.start("results", [this](const std::stop_token& stop) { hub_.run(stop); });
  threads_.start("trainings", [this](const std::stop_token& stop) { watch_training(stop); });
  // Every api mirrors the versions: whichever runs, the table `models` is up to date.
  threads_.start("registry", [this](const std::stop_token& stop) { core_.registry.run(stop, seconds(2)); });
}

/// The database knows how far each run is, whichever process trains.
void ApiRole::watch_training(const std::stop_token& stop) {
  telemetry::TrainingMetrics metrics(core_.metrics);
  retraining::TrainingWatch watch(core_.store, [this, &metrics](const retraining::TrainingRun& run) {
    events_.publish(run);
    count_training(metrics, run);
  });
  do {
    watch.look();
  } while (base::pause(stop, seconds(1)));
}

http::ApiServices ApiRole::services() {
  const auto serves_model = [this] {
    return answering_.models().get() != nullptr;
  };
  return {.recommendations = {.intake = intake_,
                              .results = hub_,
                              .store = core_.store,
                              .events = events_,
                              .catalogue = answering_.catalogue(),
                              .serves_model = serves_model},
          .data = {.interactions = core_.store,
                   .items = core_.store,
                   .catalogue = answering_.catalogue(),
                   .serves_model = serves_model,
                   .popular = [this](std::size_t k) { return answering_.popular_answer(k); },
                   .similar = [this](std::string_view item, std::size_t k) { return answering_.similar(item, k); },
                   .metrics = core_.metrics},
          .models = {.registry = core_.registry,
                     .training = core_.store,
                     .interactions = core_.store,
                     .catalogue = answering_.catalogue(),
                     .recommend_with =
                         [this](std::string_view version, const bus::RequestRecord& request) {
                           return versions_.answer(version, request);
                         }},
          .loaded = [this] {
            return answering_.readiness().loaded();
          }};
}

}  // namespace sasrec::apps
