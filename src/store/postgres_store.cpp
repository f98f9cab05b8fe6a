#include "store/postgres_store.hpp"

#include <algorithm>
#include <utility>

#include "store/connection_pool.hpp"
#include "store/lane.hpp"
#include "store/queries/catalogue.hpp"
#include "store/queries/interactions.hpp"
#include "store/queries/keys.hpp"
#include "store/queries/models.hpp"
#include "store/queries/popular.hpp"
#include "store/queries/requests.hpp"
#include "store/queries/results.hpp"
#include "store/queries/training.hpp"

namespace sasrec::store {
namespace {

using base::Done;
using base::Result;
using std::chrono::steady_clock;

// Larger batches gain little and make those behind them wait.
constexpr std::size_t kRequestsTogether = 1'000;
constexpr std::size_t kInteractionsTogether = 10'000;
constexpr std::size_t kReadsTogether = 500;

const BatchOperationOf<RequestToStore, serving::Accepted> kAccept("accept", check_request, accept_requests);
const BatchOperationOf<base::Uuid, bus::ResultRecord> kFind("find", nullptr, find_requests);
const BatchOperationOf<EndedQuestion, std::vector<bus::ResultRecord>> kEndedSince("ended_since", nullptr,
                                                                                  ended_requests);
const BatchOperationOf<std::vector<bus::Interaction>, serving::AddedInteractions> kAdd("add", check_interactions,
                                                                                       add_interactions);
const BatchOperationOf<HistoryQuestion, std::vector<serving::StoredInteraction>> kHistory("history", check_history,
                                                                                          read_histories);
const BatchOperationOf<UsersQuestion, std::vector<serving::UserSummary>> kUsers("users", check_users, list_users);
const BatchOperationOf<std::string, std::size_t> kRemoveUser("remove_user", check_user, remove_users);
const BatchOperationOf<std::vector<bus::CatalogueItem>, std::size_t> kPut("put", check_items, put_items);

ConnectionOptions connection_options(const PostgresStore::Options& options, Planning planning) {
  return {.url = options.url, .application = options.application, .planning = planning};
}

Lane::Options lane_options(std::string name, const PostgresStore::Options& options, std::size_t max_waiting,
                           std::size_t max_together) {
  return {.name = std::move(name),
          .connection = connection_options(options, Planning::kByIndex),
          .patience = options.patience,
          .max_waiting = max_waiting,
          .max_together = max_together,
          .on_retry = options.on_retry,
          .on_done = options.on_done};
}

Lane::Options accepting_options(const PostgresStore::Options& options) {
  auto lane = lane_options("db-accept", options, options.max_waiting_requests, kRequestsTogether);
  lane.max_wait = options.max_wait;
  return lane;
}

/// Only the lane that reads reports the database's health: one is enough.
Lane::Options reading_options(const PostgresStore::Options& options) {
  auto lane = lane_options("db-read", options, options.max_waiting_reads, kReadsTogether);
  lane.on_health = options.on_health;
  return lane;
}

}  // namespace

struct PostgresStore::State {
  explicit State(Options given)
      : options(std::move(given)),
        quick(connection_options(options, Planning::kByIndex), options.connections),
        scans(connection_options(options, Planning::kFromData), 1),
        accepting(accepting_options(options)),
        writing(lane_options("db-write", options, options.max_waiting_interactions, kInteractionsTogether)),
        reading(reading_options(options)) {}

  Deadline call_deadline() const { return steady_clock::now() + options.call_timeout; }

  /// What `use` does with a connection of `pool`, and how long that takes: waiting for one too.
  template <class Use>
  auto timed(Operation operation, ConnectionPool& pool, Deadline deadline, const Use& use) {
    const auto begin = steady_clock::now();
    auto result = pool.with(deadline, use);
    if (options.on_done) options.on_done(operation, steady_clock::now() - begin);
    return result;
  }

  /// Calls `use(Connection&, Deadline)` with a connection for calls that are quick.
  template <class Use>
  auto quickly(Operation operation, const Use& use) {
    const auto deadline = call_deadline();
    return timed(operation, quick, deadline, [&](Connection& connection) { return use(connection, deadline); });
  }

  const Options options;
  ConnectionPool quick;
  ConnectionPool scans;
  PopularCount popular;
  Lane accepting;
  Lane writing;
  Lane reading;
};

PostgresStore::PostgresStore(Options options) : state_(std::make_unique<State>(std::move(options))) {}
PostgresStore::~PostgresStore() = default;

void PostgresStore::accept(serving::NewRequest request, Done<serving::Accepted> done) {
  state_->accepting.submit(kAccept.queued({std::move(request), state_->options.first_attempt_after}, std::move(done)));
}

void PostgresStore::find(const base::Uuid& id, Done<bus::ResultRecord> done) {
  state_->reading.submit(kFind.queued(id, std::move(done)));
}

void PostgresStore::ended_since(base::Time since, std::size_t max_count, Done<std::vector<bus::ResultRecord>> done) {
  state_->reading.submit(kEndedSince.queued({since, max_count}, std::move(done)));
}

Result<std::size_t> PostgresStore::finish(std::span<const bus::ResultRecord> results) {
  const auto deadline = state_->call_deadline();
  return state_->timed("finish", state_->quick, deadline,
                       [&](Connection& connection) { return finish_requests(connection, results, deadline); });
}

Result<std::vector<bus::RequestRecord>> PostgresStore::take_due(base::Time due, base::Time now,
                                                                std::chrono::milliseconds again_after,
                                                                std::size_t max_count) {
  const auto deadline = state_->call_deadline();
  return state_->timed("take_due", state_->quick, deadline, [&](Connection& connection) {
    return take_due_requests(connection, due, now, again_after, max_count, deadline);
  });
}

Result<std::vector<bus::ResultRecord>> PostgresStore::expire(base::Time before, base::Time now, std::size_t max_count) {
  const auto deadline = state_->call_deadline();
  return state_->timed("expire", state_->quick, deadline, [&](Connection& connection) {
    return expire_requests(connection, before, now, max_count, deadline);
  });
}

void PostgresStore::add(std::vector<bus::Interaction> interactions, Done<serving::AddedInteractions> done) {
  const auto weight = std::max<std::size_t>(interactions.size(), 1);
  state_->writing.submit(kAdd.queued(std::move(interactions), std::move(done), weight));
}

Result<serving::AddedInteractions> PostgresStore::add_now(std::span<const bus::Interaction> interactions) {
  const auto deadline = state_->call_deadline();
  return state_->timed("add_now", state_->quick, deadline,
                       [&](Connection& connection) { return add_interactions(connection, interactions, deadline); });
}

void PostgresStore::history(std::string user, std::size_t max_count,
                            Done<std::vector<serving::StoredInteraction>> done) {
  state_->reading.submit(kHistory.queued({std::move(user), max_count}, std::move(done)));
}

void PostgresStore::users(std::string prefix, std::string after, std::size_t max_count,
                          Done<std::vector<serving::UserSummary>> done) {
  state_->reading.submit(kUsers.queued({std::move(prefix), std::move(after), max_count}, std::move(done)));
}

void PostgresStore::remove_user(std::string user, Done<std::size_t> done) {
  state_->writing.submit(kRemoveUser.queued(std::move(user), std::move(done)));
}

Result<std::optional<catalogue::PopularRanking>> PostgresStore::popular(std::size_t max_count,
                                                                        std::optional<std::int64_t> known) {
  const auto deadline = state_->call_deadline();
  return state_->timed("popular", state_->quick, deadline,
                       [&](Connection& connection) { return read_popular(connection, max_count, known, deadline); });
}

Result<catalogue::Counting> PostgresStore::count_popular() {
  const auto deadline = steady_clock::now() + state_->options.scan_timeout;
  return state_->timed("count_popular", state_->scans, deadline,
                       [&](Connection& connection) { return state_->popular.step(connection, deadline); });
}

void PostgresStore::put(std::vector<bus::CatalogueItem> items, Done<std::size_t> done) {
  const auto weight = std::max<std::size_t>(items.size(), 1);
  state_->writing.submit(kPut.queued(std::move(items), std::move(done), weight));
}

Result<std::size_t> PostgresStore::change(std::span<const bus::ItemChange> changes) {
  const auto deadline = state_->call_deadline();
  return state_->timed("change", state_->quick, deadline,
                       [&](Connection& connection) { return change_items(connection, changes, deadline); });
}

Result<std::vector<bus::CatalogueItem>> PostgresStore::changed(base::Time since, std::size_t max_count) {
  const auto deadline = state_->call_deadline();
  return state_->timed("changed", state_->quick, deadline,
                       [&](Connection& connection) { return changed_items(connection, since, max_count, deadline); });
}

Result<std::vector<http::ApiKey>> PostgresStore::keys() {
  return state_->quickly("keys",
                         [&](Connection& connection, Deadline deadline) { return read_keys(connection, deadline); });
}

Result<void> PostgresStore::add_key(const http::ApiKey& key) {
  return state_->quickly(
      "add_key", [&](Connection& connection, Deadline deadline) { return store::add_key(connection, key, deadline); });
}

Result<void> PostgresStore::remove_key(std::string_view name) {
  return state_->quickly("remove_key", [&](Connection& connection, Deadline deadline) {
    return store::remove_key(connection, name, deadline);
  });
}

Result<retraining::TrainingRun> PostgresStore::request_run(std::string_view cause) {
  return state_->quickly("request_run", [&](Connection& connection, Deadline deadline) {
    return store::request_run(connection, cause, deadline);
  });
}

Result<std::vector<retraining::TrainingRun>> PostgresStore::training_runs(std::size_t max_count) {
  return state_->quickly("training_runs", [&](Connection& connection, Deadline deadline) {
    return read_runs(connection, max_count, deadline);
  });
}

Result<retraining::TrainingNeed> PostgresStore::training_need(const retraining::NeedQuestion& question) {
  const auto deadline = steady_clock::now() + state_->options.scan_timeout;
  return state_->timed("training_need", state_->scans, deadline,
                       [&](Connection& connection) { return read_need(connection, question, deadline); });
}

Result<std::optional<retraining::TrainingRun>> PostgresStore::take_run(std::string_view trainer,
                                                                       std::chrono::milliseconds lease,
                                                                       std::size_t max_attempts) {
  return state_->quickly("take_run", [&](Connection& connection, Deadline deadline) {
    return store::take_run(connection, trainer, lease, max_attempts, deadline);
  });
}

Result<void> PostgresStore::report_run(const base::Uuid& id, std::string_view trainer,
                                       const retraining::RunProgress& progress) {
  return state_->quickly("report_run", [&](Connection& connection, Deadline deadline) {
    return store::report_run(connection, id, trainer, progress, deadline);
  });
}

Result<void> PostgresStore::release_run(const base::Uuid& id, std::string_view trainer) {
  return state_->quickly("release_run", [&](Connection& connection, Deadline deadline) {
    return store::release_run(connection, id, trainer, deadline);
  });
}

Result<void> PostgresStore::finish_run(const base::Uuid& id, std::string_view trainer,
                                       const retraining::RunOutcome& outcome) {
  return state_->quickly("finish_run", [&](Connection& connection, Deadline deadline) {
    return store::finish_run(connection, id, trainer, outcome, deadline);
  });
}

Result<void> PostgresStore::mirror_models(std::span<const versions::ModelRecord> models) {
  return state_->quickly("mirror_models", [&](Connection& connection, Deadline deadline) {
    return store::mirror_models(connection, models, deadline);
  });
}

Result<void> PostgresStore::say_present(const versions::Presence& presence) {
  return state_->quickly("say_present", [&](Connection& connection, Deadline deadline) {
    return store::say_present(connection, presence, deadline);
  });
}

Result<void> PostgresStore::withdraw(versions::Presence::Role role, std::string_view name) {
  return state_->quickly("withdraw", [&](Connection& connection, Deadline deadline) {
    return store::withdraw(connection, role, name, deadline);
  });
}

Result<std::vector<versions::Presence>> PostgresStore::present(versions::Presence::Role role,
                                                               std::chrono::milliseconds age) {
  return state_->quickly("present", [&](Connection& connection, Deadline deadline) {
    return read_present(connection, role, age, deadline);
  });
}

Result<void> PostgresStore::health() const {
  return state_->reading.health();
}

std::size_t PostgresStore::waiting_requests() const {
  return state_->accepting.waiting();
}

std::size_t PostgresStore::waiting_interactions() const {
  return state_->writing.waiting();
}

std::size_t PostgresStore::waiting_reads() const {
  return state_->reading.waiting();
}

std::size_t PostgresStore::connections_in_use() const {
  return state_->quick.in_use();
}

}  // namespace sasrec::store
