#pragma once

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "checkpoint/directory.hpp"
#include "e2e/service_fixture.hpp"
#include "retraining/training_store.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"
#include "store/postgres_store.hpp"
#include "support/eventually.hpp"
#include "support/postgres_server.hpp"
#include "support/process.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {

/// A database with interactions whose next item is certain, and trainers on it.
class TrainingFixture : public testing::Test {
 protected:
  static constexpr int kItems = 30;

  TrainingFixture() {
    if (const auto applied = store::migrate(database_.connection_string()); !applied) {
      throw std::runtime_error(applied.error().message);
    }
  }

  std::string url() const { return database_.connection_string(); }

  void execute(const std::string& sql) const {
    auto connection =
        store::Connection::open({.url = url(), .application = "test", .planning = store::Planning::kFromData});
    if (!connection) throw std::runtime_error(connection.error().message);
    const auto done = connection->execute(sql, std::chrono::steady_clock::now() + std::chrono::seconds(60));
    if (!done) throw std::runtime_error(done.error().message);
  }
  std::int64_t number(const std::string& sql) const {
    auto connection =
        store::Connection::open({.url = url(), .application = "test", .planning = store::Planning::kFromData});
    if (!connection) throw std::runtime_error(connection.error().message);
    const auto text = fmt::format("SELECT ({})::bigint", sql);
    const store::Statement statement{"number", text.c_str()};
    return connection->run(statement, {}, std::chrono::steady_clock::now() + std::chrono::seconds(60))
        .value()
        .bigint(0, 0);
  }

  /// 120 users, each walking 20 steps round the circle of items: one step forward at a time, an hour between them.
  /// `step`: how far a step goes; a model of one step knows nothing of another.
  void walk(const std::string& name, int step = 1, int hour = 0) const {
    execute(fmt::format(R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT '{0}-' || u || '-' || k, '{0}-user-' || u, 'item-' || ((u * 7 + k * {1}) % {2} + 1),
  to_timestamp(1700000000 + u * 11 + (k + {3}) * 3600), 'view'
FROM generate_series(0, 119) u, generate_series(0, 19) k ORDER BY k, u)",
                        name, step, kItems, hour));
  }

  std::vector<std::string> trainer_arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"watch",
                                       "--database",
                                       url(),
                                       "--checkpoints",
                                       checkpoints_.string(),
                                       "--threads",
                                       "1",
                                       "--retrain-every",
                                       "0",
                                       "--retrain-after",
                                       "0",
                                       "--retrain-min",
                                       "500"};
    for (const char* setting :
         {"hidden=16", "blocks=1", "batch=16", "epochs=12", "learning_rate=0.01", "warmup_steps=5", "patience=12"}) {
      arguments.insert(arguments.end(), {"--retrain-set", setting});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// Asks for a run and lets one trainer do it.
  Finished train_once(std::vector<std::string> more = {}) {
    EXPECT_TRUE(store_.request_run("request"));
    return once(std::move(more));
  }
  Finished once(std::vector<std::string> more = {}) const {
    more.emplace_back("--once");
    return run(SASREC_TRAINER_PROGRAM, trainer_arguments(std::move(more)));
  }

  retraining::TrainingRun newest() { return store_.training_runs(1).value().at(0); }
  std::string current() const { return checkpoint::Directory(checkpoints_).current().value_or("none"); }

  TemporaryFolder folder_{TemporaryFolder::Place::kDisk};
  std::filesystem::path checkpoints_ = folder_.path() / "checkpoints";
  PostgresServer database_;
  store::PostgresStore store_{{.url = database_.connection_string()}};
};

}  // namespace sasrec::test
