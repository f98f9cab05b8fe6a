#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/done.hpp"
#include "base/result.hpp"
#include "bus/item.hpp"
#include "bus/records.hpp"
#include "catalogue/catalogue_store.hpp"
#include "catalogue/popularity_store.hpp"
#include "http/key_store.hpp"
#include "retraining/training_store.hpp"
#include "serving/interaction_store.hpp"
#include "serving/recommendation_store.hpp"
#include "store/operation.hpp"
#include "versions/model_store.hpp"

namespace sasrec::store {

/// PostgreSQL behind all ports to the database. Needs the tables of migrate(). Thread-safe.
///
/// Calls with a Done go through lanes (store/lane.hpp): one that accepts requests, one that writes interactions and
/// items, one that reads. What waits in a lane is written together. Calls that block use a few connections of their own
/// and are tried once. Connections are opened when they are needed, and replaced once lost: a database that is away at
/// the beginning, or for a while, needs no attention.
///
/// A Done is called on a lane's thread, or on the caller's with kOverloaded, and must neither block nor throw. All are
/// called before the destructor returns; it waits for what is under way.
class PostgresStore final : public serving::RecommendationStore,
                            public serving::InteractionStore,
                            public catalogue::PopularityStore,
                            public catalogue::CatalogueStore,
                            public http::KeyStore,
                            public retraining::TrainingStore,
                            public versions::ModelStore {
 public:
  struct Options {
    std::string url;                     ///< postgres://user:password@host:port/name
    std::string application = "sasrec";  ///< what the server's logs and pg_stat_activity call us

    std::chrono::milliseconds patience{5'000};             ///< how long a call with a Done is tried again
    std::chrono::milliseconds first_attempt_after{5'000};  ///< from an accepted request to its first take_due()
    std::chrono::milliseconds call_timeout{10'000};        ///< of calls that block
    std::chrono::milliseconds scan_timeout{60'000};        ///< of count_popular(), which may read much

    std::size_t max_waiting_requests = 8'192;  ///< accept()
    /// The wait of a request in accept() from which on new ones are refused, where hundreds wait.
    std::chrono::milliseconds max_wait{150};
    std::size_t max_waiting_interactions = 100'000;  ///< interactions of add(), items of put(), users to remove
    std::size_t max_waiting_reads = 8'192;           ///< find(), history(), users()
    std::size_t connections = 4;                     ///< for calls that block

    // Called on threads of the store; must neither block nor throw. May be empty.
    std::function<void(Operation)> on_retry;  ///< a try after the first
    /// How long a try took: in lanes without the wait before it.
    std::function<void(Operation, std::chrono::nanoseconds took)> on_done;
    std::function<void(const base::Result<void>&)> on_health;  ///< whenever what health() says changes
  };

  explicit PostgresStore(Options options);
  ~PostgresStore() override;

  // RecommendationStore
  void accept(serving::NewRequest request, base::Done<serving::Accepted> done) override;
  void find(const base::Uuid& id, base::Done<bus::ResultRecord> done) override;
  void ended_since(base::Time since, std::size_t max_count, base::Done<std::vector<bus::ResultRecord>> done) override;
  base::Result<std::size_t> finish(std::span<const bus::ResultRecord> results) override;
  base::Result<std::vector<bus::RequestRecord>> take_due(base::Time due, base::Time now,
                                                         std::chrono::milliseconds again_after,
                                                         std::size_t max_count) override;
  base::Result<std::vector<bus::ResultRecord>> expire(base::Time before, base::Time now,
                                                      std::size_t max_count) override;

  // InteractionStore
  void add(std::vector<bus::Interaction> interactions, base::Done<serving::AddedInteractions> done) override;
  base::Result<serving::AddedInteractions> add_now(std::span<const bus::Interaction> interactions) override;
  void history(std::string user, std::size_t max_count,
               base::Done<std::vector<serving::StoredInteraction>> done) override;
  void users(std::string prefix, std::string after, std::size_t max_count,
             base::Done<std::vector<serving::UserSummary>> done) override;
  void remove_user(std::string user, base::Done<std::size_t> done) override;

  // PopularityStore
  base::Result<std::optional<catalogue::PopularRanking>> popular(std::size_t max_count,
                                                                 std::optional<std::int64_t> known) override;
  base::Result<catalogue::Counting> count_popular() override;

  // CatalogueStore
  void put(std::vector<bus::CatalogueItem> items, base::Done<std::size_t> done) override;
  base::Result<std::size_t> change(std::span<const bus::ItemChange> changes) override;
  base::Result<std::vector<bus::CatalogueItem>> changed(base::Time since, std::size_t max_count) override;

  // KeyStore
  base::Result<std::vector<http::ApiKey>> keys() override;
  base::Result<void> add_key(const http::ApiKey& key) override;
  base::Result<void> remove_key(std::string_view name) override;

  // TrainingStore
  base::Result<retraining::TrainingRun> request_run(std::string_view cause) override;
  base::Result<std::vector<retraining::TrainingRun>> training_runs(std::size_t max_count) override;
  base::Result<retraining::TrainingNeed> training_need(const retraining::NeedQuestion& question) override;
  base::Result<std::optional<retraining::TrainingRun>> take_run(std::string_view trainer,
                                                                std::chrono::milliseconds lease,
                                                                std::size_t max_attempts) override;
  base::Result<void> report_run(const base::Uuid& id, std::string_view trainer,
                                const retraining::RunProgress& progress) override;
  base::Result<void> release_run(const base::Uuid& id, std::string_view trainer) override;
  base::Result<void> finish_run(const base::Uuid& id, std::string_view trainer,
                                const retraining::RunOutcome& outcome) override;

  // ModelStore
  base::Result<void> mirror_models(std::span<const versions::ModelRecord> models) override;
  base::Result<void> say_present(const versions::Presence& presence) override;
  base::Result<void> withdraw(versions::Presence::Role role, std::string_view name) override;
  base::Result<std::vector<versions::Presence>> present(versions::Presence::Role role,
                                                        std::chrono::milliseconds age) override;

  /// Whether the database answered when it was last asked, at most some seconds ago; else kUnavailable with the reason.
  /// Costs nothing.
  base::Result<void> health() const;

  // What waits and isn't taken up yet, for metrics.
  std::size_t waiting_requests() const;
  std::size_t waiting_interactions() const;
  std::size_t waiting_reads() const;
  std::size_t connections_in_use() const;  ///< of those for calls that block

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sasrec::store
