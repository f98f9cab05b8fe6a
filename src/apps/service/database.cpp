#include "apps/service/database.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/pause.hpp"
#include "store/describe_url.hpp"
#include "store/migrations.hpp"

namespace sasrec::apps {

base::Result<Database> Database::open(const ServiceOptions& options, const std::stop_token& stop, const Look& look) {
  Database database;
  database.url = options.database;
  if (options.database.empty()) {
    spdlog::info("database: the PostgreSQL in {} (--data-dir)", own_database(options).string());
    auto own = EmbeddedPostgres::start(own_database(options));
    if (!own) return base::Failure(own.error());
    database.own = std::move(*own);
    database.url = database.own->connection();
  } else {
    spdlog::info("database: {}", store::describe_url(options.database));
  }
  using Names = std::vector<std::string>;
  base::Backoff backoff;
  for (bool told = false;; told = true) {
    const auto looked = look ? look(database.url) : base::Result<void>();
    const auto applied = looked ? store::migrate(database.url) : base::Result<Names>(base::Failure(looked.error()));
    if (applied) {
      for (const auto& name : *applied) spdlog::info("database: applied {}", name);
      if (told) spdlog::info("database: it is there");
      return database;
    }
    if (applied.error().code != base::ErrorCode::kUnavailable) return base::Failure(applied.error());
    if (!told) spdlog::warn("database: waiting for it: {}", applied.error().message);
    if (!base::pause(stop, backoff.next())) {
      return base::fail(base::ErrorCode::kUnavailable, "stopped while waiting for the database");
    }
  }
}

}  // namespace sasrec::apps
