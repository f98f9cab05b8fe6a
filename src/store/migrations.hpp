#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

/// A step of the database's schema: src/store/migrations/NNNN_name.sql. Once released it never changes.
struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view sql;
};

/// Those that were built into the program, by rising number.
std::span<const Migration> built_in_migrations();

struct MigrateOptions {
  std::chrono::milliseconds wait{60'000};  ///< for another process that migrates
};

/// Brings the database up to the last of `migrations`, each in a transaction of its own, and returns the names of those
/// that were applied now ("0001_service"). Several processes at once are safe: one applies, the others wait for it.
/// kUnavailable: the database can't be reached, or another process holds the lock for longer than `wait`.
/// kInvalidInput: the database has a migration that these lack: it belongs to a newer program.
/// kCorrupt: a migration isn't the one that was applied.
base::Result<std::vector<std::string>> migrate(const std::string& url,
                                               std::span<const Migration> migrations = built_in_migrations(),
                                               MigrateOptions options = {});

}  // namespace sasrec::store
