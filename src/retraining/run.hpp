#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "monitoring/window_store.hpp"
#include "retraining/learner.hpp"
#include "retraining/snapshot_source.hpp"
#include "retraining/training_store.hpp"
#include "versions/gate.hpp"
#include "versions/registry.hpp"
#include "versions/retention.hpp"

namespace sasrec::retraining {

/// What a training run works with.
struct RunPorts {
  TrainingStore& store;
  SnapshotSource& snapshots;
  Learner& learner;
  monitoring::WindowStore& windows;
  versions::Registry& registry;
};

struct RunOptions {
  std::string trainer;  ///< the name of this trainer
  std::size_t min_interactions = 1'000;
  versions::GateOptions gate;
  versions::RetentionPolicy retention;
  std::chrono::milliseconds report_interval{2'000};  ///< a fraction of the lease
};

/// Works a taken run through all its stages: reads a snapshot of the interactions, trains on all but some users' last
/// two (dataset/held_users.hpp), compares the candidate with the serving model, saves it, and makes it current if the
/// gate lets it pass. Then removes what retention no longer keeps. The run's row says at each moment how far it is.
///
/// Where `stop` or the loss of the run ends the work, the learner keeps the epochs that are done, and nothing is
/// current that was not before. kUnavailable: it was ended so. Otherwise the outcome, which the row has. Blocks.
base::Result<RunOutcome> work_on(const TrainingRun& run, const RunPorts& ports, const RunOptions& options,
                                 const std::stop_token& stop);

}  // namespace sasrec::retraining
