#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

/// Connections for calls that block: opened when they are first needed, kept, replaced once lost. Thread-safe.
class ConnectionPool {
 public:
  ConnectionPool(ConnectionOptions options, std::size_t max_connections);

  /// Calls `use(Connection&)`, which returns a Result, with a connection that nobody else has. kUnavailable: none can
  /// be opened, or all are in use until the deadline. After kUnavailable from `use` the connection is dropped.
  template <class Use>
  auto with(Deadline deadline, const Use& use) -> decltype(use(std::declval<Connection&>())) {
    auto connection = take(deadline);
    if (!connection) return base::Failure(std::move(connection.error()));
    auto result = use(*connection);
    const bool keep = result.has_value() || result.error().code != base::ErrorCode::kUnavailable;
    if (keep) {
      give_back(std::move(*connection));
    } else {
      drop();
    }
    return result;
  }

  std::size_t in_use() const;

 private:
  base::Result<Connection> take(Deadline deadline);
  void give_back(Connection connection);
  void drop();

  const ConnectionOptions options_;
  const std::size_t max_connections_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Connection> idle_;  // guarded by mutex_
  std::size_t lent_ = 0;          // guarded by mutex_
};

}  // namespace sasrec::store
