#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "bus/records.hpp"
#include "serving/recommendation_store.hpp"
#include "store/connection.hpp"
#include "store/queued_call.hpp"

namespace sasrec::store {

/// A request and when it is published again unless a result has come by then.
struct RequestToStore {
  serving::NewRequest request;
  std::chrono::milliseconds first_attempt_after;
};

base::Result<void> check_request(const RequestToStore& call);

/// Writes rows for all whose id is new; the first of equal ids counts. `stored` of a row is the time
/// before the transaction, that of an Accepted the time after it.
base::Result<std::vector<base::Result<serving::Accepted>>> accept_requests(
    Connection& connection, std::span<const Attempt<RequestToStore>> calls, Deadline deadline);

/// One round trip for all.
base::Result<std::vector<base::Result<bus::ResultRecord>>> find_requests(Connection& connection,
                                                                         std::span<const Attempt<base::Uuid>> calls,
                                                                         Deadline deadline);

/// Which requests that have ended are asked for: see RecommendationStore::ended_since.
struct EndedQuestion {
  base::Time since;
  std::size_t max_count;
};
base::Result<std::vector<base::Result<std::vector<bus::ResultRecord>>>> ended_requests(
    Connection& connection, std::span<const Attempt<EndedQuestion>> calls, Deadline deadline);

}  // namespace sasrec::store
