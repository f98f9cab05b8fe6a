#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bus/records.hpp"
#include "serving/interaction_store.hpp"
#include "store/connection.hpp"
#include "store/queued_call.hpp"

namespace sasrec::store {

/// kInvalidInput unless PostgreSQL can hold its texts and `recommendation` is empty or a UUID.
base::Result<void> check_interaction(const bus::Interaction& interaction);
base::Result<void> check_interactions(const std::vector<bus::Interaction>& interactions);

/// All lists in one transaction. The first of equal event ids counts, also across the lists. Interactions
/// of equal times are later read in the order given here.
base::Result<std::vector<base::Result<serving::AddedInteractions>>> add_interactions(
    Connection& connection, std::span<const Attempt<std::vector<bus::Interaction>>> calls, Deadline deadline);
base::Result<serving::AddedInteractions> add_interactions(Connection& connection,
                                                          std::span<const bus::Interaction> interactions,
                                                          Deadline deadline);

struct HistoryQuestion {
  std::string user;
  std::size_t max_count = 0;
};
base::Result<void> check_history(const HistoryQuestion& question);
base::Result<std::vector<base::Result<std::vector<serving::StoredInteraction>>>> read_histories(
    Connection& connection, std::span<const Attempt<HistoryQuestion>> calls, Deadline deadline);

struct UsersQuestion {
  std::string prefix;
  std::string after;
  std::size_t max_count = 0;
};
base::Result<void> check_users(const UsersQuestion& question);
/// One index probe per user that is returned.
base::Result<std::vector<base::Result<std::vector<serving::UserSummary>>>> list_users(
    Connection& connection, std::span<const Attempt<UsersQuestion>> calls, Deadline deadline);

base::Result<void> check_user(const std::string& user);
/// All in one transaction. The user's interactions and requests.
base::Result<std::vector<base::Result<std::size_t>>> remove_users(Connection& connection,
                                                                  std::span<const Attempt<std::string>> calls,
                                                                  Deadline deadline);

}  // namespace sasrec::store
