#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "retraining/training_store.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

// retraining::TrainingStore on one connection.

base::Result<retraining::TrainingRun> request_run(Connection& connection, std::string_view cause, Deadline deadline);
base::Result<std::vector<retraining::TrainingRun>> read_runs(Connection& connection, std::size_t max_count,
                                                             Deadline deadline);
base::Result<retraining::TrainingNeed> read_need(Connection& connection, const retraining::NeedQuestion& question,
                                                 Deadline deadline);
base::Result<std::optional<retraining::TrainingRun>> take_run(Connection& connection, std::string_view trainer,
                                                              std::chrono::milliseconds lease, std::size_t max_attempts,
                                                              Deadline deadline);
base::Result<void> report_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                              const retraining::RunProgress& progress, Deadline deadline);
base::Result<void> release_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                               Deadline deadline);
base::Result<void> finish_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                              const retraining::RunOutcome& outcome, Deadline deadline);

}  // namespace sasrec::store
