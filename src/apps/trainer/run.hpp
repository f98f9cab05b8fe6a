#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "retraining/training_store.hpp"
#include "versions/gate.hpp"
#include "versions/registry.hpp"
#include "versions/retention.hpp"

namespace sasrec::apps {

struct TrainingRunOptions {
  std::string database;  ///< url
  std::string trainer;   ///< who we are
  std::size_t least_interactions = 1'000;
  std::string recipe = "default";
  std::vector<std::string> overrides;
  at::Device device = at::kCPU;
  std::optional<std::size_t> threads;
  versions::GateOptions gate;
  versions::RetentionPolicy retention;
};

/// Works a taken run through all its stages: reads a snapshot of the interactions, trains on all but some users' last
/// two (dataset/held_users.hpp), compares the candidate with the serving model, saves it, and makes it current
/// if the gate lets it pass. Then removes what retention no longer keeps. The run's row says at each moment how far it
/// is.
///
/// Ended by `stop` or by losing the run, it leaves the epochs that are done to whoever takes the run up again, and
/// nothing is current that was not before. kUnavailable: it was ended so. Otherwise the outcome, which the row has.
base::Result<retraining::RunOutcome> work_on(const retraining::TrainingRun& run, retraining::TrainingStore& store,
                                             versions::Registry& registry, const TrainingRunOptions& options,
                                             const std::stop_token& stop);

}  // namespace sasrec::apps
