#include "apps/service/database.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/pause.hpp"
#include "base/said_once.hpp"
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
  using News = base::SaidOnce::News;
  base::Backoff backoff;
  base::SaidOnce said;
  for (;;) {
    const auto looked = look ? look(database.url) : base::Result<void>();
    const auto applied = looked ? store::migrate(database.url) : base::Result<Names>(base::Failure(looked.error()));
    const auto news = said.hear(applied);
    if (applied) {
      for (const auto& name : *applied) spdlog::info("database: applied {}", name);
      if (news == News::kOver) spdlog::info("database: it is available");
      return database;
    }
    // A wrong password or a missing right does not pass by waiting.
    if (applied.error().code != base::ErrorCode::kUnavailable) return base::Failure(applied.error());
    if (news == News::kTrouble) spdlog::warn("database: waiting for it: {}", applied.error().message);
    if (!base::pause(stop, backoff.next())) {
      return base::fail(base::ErrorCode::kUnavailable, "stopped while waiting for the database");
    }
  }
}

}  // namespace sasrec::apps
