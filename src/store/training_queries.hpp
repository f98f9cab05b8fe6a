#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "pipeline/training_store.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

// pipeline::TrainingStore on one connection.

base::Result<pipeline::TrainingRun> request_run(Connection& connection, std::string_view cause, Deadline deadline);
base::Result<std::vector<pipeline::TrainingRun>> read_runs(Connection& connection, std::size_t most, Deadline deadline);
base::Result<pipeline::TrainingNeed> read_need(Connection& connection, const pipeline::NeedQuestion& question,
                                               Deadline deadline);
base::Result<std::optional<pipeline::TrainingRun>> take_run(Connection& connection, std::string_view trainer,
                                                            std::chrono::milliseconds lease, std::size_t most_attempts,
                                                            Deadline deadline);
base::Result<void> report_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                              const pipeline::RunProgress& progress, Deadline deadline);
base::Result<void> release_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                               Deadline deadline);
base::Result<void> finish_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                              const pipeline::RunOutcome& outcome, Deadline deadline);

}  // namespace sasrec::store
