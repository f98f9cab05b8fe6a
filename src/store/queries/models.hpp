#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/connection.hpp"
#include "versions/model_store.hpp"

namespace sasrec::store {

// versions::ModelStore on one connection.

base::Result<void> mirror_models(Connection& connection, std::span<const versions::ModelRecord> models,
                                 Deadline deadline);
base::Result<void> say_present(Connection& connection, const versions::Presence& presence, Deadline deadline);
base::Result<void> withdraw(Connection& connection, versions::Presence::Role role, std::string_view name,
                            Deadline deadline);
base::Result<std::vector<versions::Presence>> read_present(Connection& connection, versions::Presence::Role role,
                                                           std::chrono::milliseconds age, Deadline deadline);

}  // namespace sasrec::store
