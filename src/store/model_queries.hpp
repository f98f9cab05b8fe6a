#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/training_store.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

// pipeline::ModelStore on one connection.

base::Result<void> mirror_models(Connection& connection, std::span<const pipeline::ModelRecord> models,
                                 Deadline deadline);
base::Result<void> say_present(Connection& connection, const pipeline::Presence& presence, Deadline deadline);
base::Result<void> withdraw(Connection& connection, pipeline::Presence::Role role, std::string_view name,
                            Deadline deadline);
base::Result<std::vector<pipeline::Presence>> read_present(Connection& connection, pipeline::Presence::Role role,
                                                           std::chrono::milliseconds age, Deadline deadline);

}  // namespace sasrec::store
