#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/stores.hpp"
#include "pipeline/training_store.hpp"

namespace sasrec::store {

/// PostgreSQL behind all of pipeline's store ports. Needs the tables of migrate(). Thread-safe.
///
/// Calls with a Done go through lanes (store/lane.hpp): one that accepts requests, one that writes interactions and
/// items, one that reads. What waits in a lane is written together. Calls that block use a few connections of their own
/// and are tried once. Connections are opened when they are needed, and replaced once lost: a database that is away at
/// the beginning, or for a while, needs no attention.
///
/// A Done is called on a lane's thread, or on the caller's with kOverloaded, and must neither block nor throw. All are
/// called before the destructor returns; it waits for what is under way.
class PostgresStore final : public pipeline::RecommendationStore,
                            public pipeline::InteractionStore,
                            public pipeline::CatalogueStore,
                            public pipeline::KeyStore,
                            public pipeline::TrainingStore,
                            public pipeline::ModelStore {
 public:
  struct Options {
    std::string url;                     ///< postgres://user:password@host:port/name
    std::string application = "sasrec";  ///< what the server's logs and pg_stat_activity call us

    std::chrono::milliseconds patience{5'000};             ///< how long a call with a Done is tried again
    std::chrono::milliseconds first_attempt_after{5'000};  ///< from an accepted request to its first take_due()
    std::chrono::milliseconds call_timeout{10'000};        ///< of calls that block
    std::chrono::milliseconds scan_timeout{60'000};        ///< of popular(), which reads much

    std::size_t max_waiting_requests = 8'192;  ///< accept()
    /// The wait of a request in accept() from which on new ones are refused, where hundreds wait.
    std::chrono::milliseconds longest_wait{150};
    std::size_t max_waiting_interactions = 100'000;  ///< interactions of add(), items of put(), users to remove
    std::size_t max_waiting_reads = 8'192;           ///< find(), history(), users()
    std::size_t connections = 4;                     ///< for calls that block

    // Called on threads of the store; must neither block nor throw. May be empty.
    std::function<void(std::string_view operation)> on_retry;  ///< "accept", "add", ...: a try after the first
    /// How long a try took, of all operations but those with keys: in lanes without the wait before it.
    std::function<void(std::string_view operation, std::chrono::nanoseconds took)> on_done;
    std::function<void(const base::Result<void>&)> on_health;  ///< whenever what health() says changes
  };

  explicit PostgresStore(Options options);
  ~PostgresStore() override;

  // RecommendationStore
  void accept(pipeline::NewRequest request, pipeline::Done<pipeline::Accepted> done) override;
  void find(const base::Uuid& id, pipeline::Done<pipeline::Recommendation> done) override;
  void ended_since(base::Time since, std::size_t most,
                   pipeline::Done<std::vector<pipeline::ResultMessage>> done) override;
  base::Result<std::size_t> finish(std::span<const pipeline::ResultMessage> results) override;
  base::Result<std::vector<pipeline::RequestMessage>> take_due(base::Time now, std::chrono::milliseconds again_after,
                                                               std::size_t most) override;
  base::Result<std::vector<pipeline::ResultMessage>> expire(base::Time before, std::size_t most) override;

  // InteractionStore
  void add(std::vector<pipeline::Interaction> interactions, pipeline::Done<pipeline::AddedInteractions> done) override;
  base::Result<pipeline::AddedInteractions> add_now(std::span<const pipeline::Interaction> interactions) override;
  void history(std::string user, std::size_t most,
               pipeline::Done<std::vector<pipeline::StoredInteraction>> done) override;
  void users(std::string prefix, std::string after, std::size_t most,
             pipeline::Done<std::vector<pipeline::UserSummary>> done) override;
  void remove_user(std::string user, pipeline::Done<std::size_t> done) override;
  base::Result<std::vector<pipeline::ScoredId>> popular(std::chrono::hours window, std::size_t most) override;

  // CatalogueStore
  void put(std::vector<pipeline::CatalogueItem> items, pipeline::Done<std::size_t> done) override;
  base::Result<std::size_t> change(std::span<const pipeline::ItemChange> changes) override;
  base::Result<std::vector<pipeline::CatalogueItem>> changed(base::Time since, std::size_t most) override;

  // KeyStore
  base::Result<std::vector<pipeline::ApiKey>> keys() override;
  base::Result<void> add_key(const pipeline::ApiKey& key) override;
  base::Result<void> remove_key(std::string_view name) override;

  // TrainingStore
  base::Result<pipeline::TrainingRun> request_run(std::string_view cause) override;
  base::Result<std::vector<pipeline::TrainingRun>> training_runs(std::size_t most) override;
  base::Result<pipeline::TrainingNeed> training_need(const pipeline::NeedQuestion& question) override;
  base::Result<std::optional<pipeline::TrainingRun>> take_run(std::string_view trainer, std::chrono::milliseconds lease,
                                                              std::size_t most_attempts) override;
  base::Result<void> report_run(const base::Uuid& id, std::string_view trainer,
                                const pipeline::RunProgress& progress) override;
  base::Result<void> release_run(const base::Uuid& id, std::string_view trainer) override;
  base::Result<void> finish_run(const base::Uuid& id, std::string_view trainer,
                                const pipeline::RunOutcome& outcome) override;

  // ModelStore
  base::Result<void> mirror_models(std::span<const pipeline::ModelRecord> models) override;
  base::Result<void> say_present(const pipeline::Presence& presence) override;
  base::Result<void> withdraw(pipeline::Presence::Role role, std::string_view name) override;
  base::Result<std::vector<pipeline::Presence>> present(pipeline::Presence::Role role,
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
