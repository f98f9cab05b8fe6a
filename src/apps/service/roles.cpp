#include "apps/service/roles.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "base/parallel.hpp"
#include "recommend/model.hpp"

namespace sasrec::apps {

using std::chrono::seconds;
using versions::Presence;

WorkerRole::WorkerRole(Core& core, Answering& answering) : core_(core), answering_(answering) {
  // A worker is one thread, so that it needs no lock around its model's scratch memory.
  const std::size_t count = core.options.workers > 0 ? core.options.workers : base::default_threads();
  for (std::size_t i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<serving::Worker>(core.bus, answering.models(), answering.catalogue(),
                                                         answering.popular(), core.metrics,
                                                         serving::Worker::Options{}));
  }
}

void WorkerRole::start() {
  for (const auto& worker : workers_) {
    threads_.start("worker", [this, worker = worker.get()](const std::stop_token& stop) {
      if (!answering_.readiness().wait(stop)) return;  // requests wait on the bus meanwhile
      worker->run(stop);
    });
  }
  threads_.start("presence", [this](const std::stop_token& stop) {
    core_.report_presence(stop, Presence::Role::kWorker, [this] {
      // The pointer is released at once, so that the memory of an old model is freed when its last request ends.
      const auto model = answering_.models().get();
      return model ? model->version() : std::string();
    });
  });
}

WriterRole::WriterRole(Core& core, serving::Writer::Options options)
    : core_(core),
      writer_(core.store, core.store, core.store, core.bus, core.metrics, std::move(options)),
      sweeper_(core.store, core.bus, core.metrics, serving::Sweeper::Options{}) {}

void WriterRole::start() {
  writers_.start("writer", [this](const std::stop_token& stop) { writer_.run_results(stop); });
  writers_.start("interactions", [this](const std::stop_token& stop) { writer_.run_interactions(stop); });
  writers_.start("items", [this](const std::stop_token& stop) { writer_.run_items(stop); });
  sweepers_.start("sweeper", [this](const std::stop_token& stop) { sweeper_.run(stop); });
  sweepers_.start("counting",
                  [this](const std::stop_token& stop) { catalogue::count_popular(core_.store, stop, seconds(10)); });
}

void WriterRole::stop() {
  writers_.stop();
  sweepers_.stop();
}

MonitorRole::MonitorRole(Core& core)
    : windows_(core.database.url),
      metrics_(core.metrics),
      monitor_(core.options.checkpoints, windows_, metrics_, {.window = seconds(core.options.monitor_window)}) {}

void MonitorRole::start() {
  threads_.start("monitor", [this](const std::stop_token& stop) { monitor_.run(stop); });
}

TrainerRole::TrainerRole(Core& core, std::filesystem::path program)
    : core_(core), child_(core.options, std::move(program), core.database.url, core.store, core.registry) {}

void TrainerRole::start() {
  threads_.start("trainer", [this](const std::stop_token& stop) { child_.run(stop); });
  threads_.start("presence",
                 [this](const std::stop_token& stop) { core_.report_presence(stop, Presence::Role::kTrainer, {}); });
}

}  // namespace sasrec::apps
