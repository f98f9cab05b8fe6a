#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "base/sha256.hpp"
#include "store/migrations.hpp"

namespace sasrec::store {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Any number will do that nothing else on the server uses for its advisory locks.
constexpr std::int64_t kLock = 0x73'61'73'72'65'63;
/// Indexes of large tables take their time.
constexpr std::chrono::hours kMax{6};

constexpr const char* kCreateTable = R"(
CREATE TABLE IF NOT EXISTS schema_migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_migrations IS 'What has made this schema, step by step.';
COMMENT ON COLUMN schema_migrations.number IS 'Steps are applied by rising number.';
COMMENT ON COLUMN schema_migrations.name IS 'What the step is about.';
COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of its SQL text.';
COMMENT ON COLUMN schema_migrations.applied IS 'When it was applied.')";

const Statement kLockStatement{"lock", "SELECT pg_advisory_lock($1::bigint)"};
const Statement kApplied{"applied", "SELECT number, name, checksum FROM schema_migrations"};

std::string label(int number, std::string_view name) {
  return fmt::format("{:04}_{}", number, name);
}

/// The rows of schema_migrations.
struct Applied {
  std::string name;
  std::string checksum;
};

base::Result<std::map<int, Applied>> read_applied(Connection& connection, Deadline deadline) {
  const auto rows = connection.run(kApplied, {}, deadline);
  if (!rows) return base::Failure(rows.error());
  std::map<int, Applied> applied;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    applied[rows->integer(i, 0)] = {std::string(rows->text(i, 1)), std::string(rows->text(i, 2))};
  }
  return applied;
}

base::Result<void> check_applied(const std::map<int, Applied>& applied, std::span<const Migration> migrations) {
  for (const auto& [number, row] : applied) {
    const auto known = std::ranges::find(migrations, number, &Migration::number);
    if (known == migrations.end()) {
      return base::fail(
          ErrorCode::kInvalidInput,
          "the database has migration {}, which this program does not know: it was made by a newer sasrec. "
          "Start that one, or name another database",
          label(number, row.name));
    }
    if (row.checksum != base::sha256(known->sql)) {
      return base::fail(
          ErrorCode::kCorrupt,
          "migration {} is not the one that was applied to this database as {}: an applied migration must "
          "not change. Use a release of sasrec, or put the change into a new migration",
          label(number, known->name), label(number, row.name));
    }
  }
  return {};
}

base::Result<void> apply(Connection& connection, const Migration& migration, Deadline deadline) {
  // Names are of letters, digits and underscores: the build takes no others.
  const auto record = fmt::format("INSERT INTO schema_migrations (number, name, checksum) VALUES ({}, '{}', '{}')",
                                  migration.number, migration.name, base::sha256(migration.sql));
  const auto sql = fmt::format("BEGIN;\n{};\n{};\nCOMMIT", migration.sql, record);
  auto done = connection.execute(sql, deadline);
  if (done) return {};
  static_cast<void>(connection.execute("ROLLBACK", deadline));
  return base::fail_within(fmt::format("migration {}", label(migration.number, migration.name)), done.error());
}

}  // namespace

base::Result<std::vector<std::string>> migrate(const std::string& url, std::span<const Migration> migrations,
                                               MigrateOptions options) {
  auto connection = Connection::open({.url = url,
                                      .application = "sasrec migrate",
                                      .statement_timeout = milliseconds(0),
                                      .planning = Planning::kFromData});
  if (!connection) return base::Failure(std::move(connection.error()));
  Parameters lock;
  lock.add_bigint(kLock);
  // The lock is the session's and goes with it.
  const auto until = steady_clock::now() + options.wait;
  if (auto locked = connection->run(kLockStatement, lock, until); !locked) {
    if (steady_clock::now() < until) return base::Failure(std::move(locked.error()));
    return base::fail(ErrorCode::kUnavailable, "another process is migrating the database for more than {} s",
                      std::chrono::ceil<std::chrono::seconds>(options.wait).count());
  }
  const auto deadline = steady_clock::now() + kMax;
  if (auto created = connection->execute(kCreateTable, deadline); !created) {
    return base::Failure(std::move(created.error()));
  }
  const auto applied = read_applied(*connection, deadline);
  if (!applied) return base::Failure(applied.error());
  if (auto checked = check_applied(*applied, migrations); !checked) return base::Failure(std::move(checked.error()));

  std::vector<std::string> names;
  for (const auto& migration : migrations) {
    if (applied->contains(migration.number)) continue;
    if (auto done = apply(*connection, migration, deadline); !done) return base::Failure(std::move(done.error()));
    names.push_back(label(migration.number, migration.name));
  }
  return names;
}

}  // namespace sasrec::store
