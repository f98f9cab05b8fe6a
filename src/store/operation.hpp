#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sasrec::store {

/// All that the store does in the database, by the names that its metrics have.
inline constexpr std::array<std::string_view, 30> kOperations{
    // requests
    "accept", "find", "ended_since", "finish", "take_due", "expire",
    // interactions and what is popular
    "add", "add_now", "history", "users", "remove_user", "popular", "count_popular",
    // the catalogue
    "put", "change", "changed",
    // keys
    "keys", "add_key", "remove_key",
    // training runs
    "request_run", "training_runs", "training_need", "take_run", "report_run", "release_run", "finish_run",
    // models and presence
    "mirror_models", "say_present", "withdraw", "present"};

/// One of kOperations. A name that is not among them does not compile.
class Operation {
 public:
  // Implicit: the name is the operation.
  consteval Operation(const char* name) {             // NOLINT(google-explicit-constructor)
    while (kOperations.at(index_) != name) ++index_;  // beyond the end: no constant expression
  }

  constexpr std::string_view name() const { return kOperations.at(index_); }
  constexpr std::size_t index() const { return index_; }
  friend constexpr bool operator==(Operation, Operation) = default;

 private:
  std::size_t index_ = 0;
};

}  // namespace sasrec::store
