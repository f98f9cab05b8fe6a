#include "apps/database.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "pipeline/pause.hpp"
#include "store/migrations.hpp"

namespace sasrec::apps {

base::Result<Database> Database::open(const ServiceOptions& options, const std::stop_token& stop) {
  Database database;
  database.url = options.database;
  if (options.database.empty()) {
    auto own = EmbeddedPostgres::start(options.data_dir / "postgres");
    if (!own) return base::Failure(own.error());
    database.own = std::move(*own);
    database.url = database.own->connection();
  }
  pipeline::Backoff backoff;
  for (bool told = false;; told = true) {
    const auto applied = store::migrate(database.url);
    if (applied) {
      for (const auto& name : *applied) spdlog::info("database: applied {}", name);
      if (told) spdlog::info("database: it is there");
      return database;
    }
    if (applied.error().code != base::ErrorCode::kUnavailable) return base::Failure(applied.error());
    if (!told) spdlog::warn("database: waiting for it: {}", applied.error().message);
    if (!pipeline::pause(stop, backoff.next())) {
      return base::fail(base::ErrorCode::kUnavailable, "stopped while waiting for the database");
    }
  }
}

}  // namespace sasrec::apps
