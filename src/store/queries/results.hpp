#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "bus/records.hpp"
#include "serving/recommendation_store.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

// The methods of serving::RecommendationStore that block, as statements.

base::Result<std::size_t> finish_requests(Connection& connection, std::span<const bus::ResultRecord> results,
                                          Deadline deadline);

base::Result<std::vector<bus::RequestRecord>> take_due_requests(Connection& connection, base::Time due, base::Time now,
                                                                std::chrono::milliseconds again_after,
                                                                std::size_t max_count, Deadline deadline);

base::Result<std::vector<bus::ResultRecord>> expire_requests(Connection& connection, base::Time before, base::Time now,
                                                             std::size_t max_count, Deadline deadline);

}  // namespace sasrec::store
