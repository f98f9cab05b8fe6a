#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/done.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/records.hpp"

namespace sasrec::serving {

struct AddedInteractions {
  std::size_t added = 0;
  std::size_t duplicates = 0;  ///< event ids that were stored already, or occur twice
};

struct StoredInteraction {
  std::string item;
  base::Time time;
  std::string kind;
};

struct UserSummary {
  std::string user;
};

class InteractionStore {
 public:
  InteractionStore() = default;
  InteractionStore(const InteractionStore&) = delete;
  InteractionStore& operator=(const InteractionStore&) = delete;
  virtual ~InteractionStore() = default;

  /// All or none.
  virtual void add(std::vector<bus::Interaction> interactions, base::Done<AddedInteractions> done) = 0;
  /// The same for the writer.
  virtual base::Result<AddedInteractions> add_now(std::span<const bus::Interaction> interactions) = 0;

  /// A user's newest `max_count` interactions, newest first; empty for an unknown user.
  virtual void history(std::string user, std::size_t max_count, base::Done<std::vector<StoredInteraction>> done) = 0;

  /// Users with interactions whose id begins with `prefix` and comes after `after`, in byte order, at most `max_count`.
  virtual void users(std::string prefix, std::string after, std::size_t max_count,
                     base::Done<std::vector<UserSummary>> done) = 0;

  /// Removes a user's interactions and requests; returns how many interactions. 0 for an unknown user.
  virtual void remove_user(std::string user, base::Done<std::size_t> done) = 0;
};

}  // namespace sasrec::serving
