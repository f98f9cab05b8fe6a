#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/training_store.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Training runs, models and presence in memory, with the rules of their ports; time stands still: a run is lost when
/// lose() says so. Thread-safe.
class FakeTrainingStore : public pipeline::TrainingStore, public pipeline::ModelStore {
 public:
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

  base::Result<void> mirror_models(std::span<const pipeline::ModelRecord> models) override;
  base::Result<void> say_present(const pipeline::Presence& presence) override;
  base::Result<void> withdraw(pipeline::Presence::Role role, std::string_view name) override;
  base::Result<std::vector<pipeline::Presence>> present(pipeline::Presence::Role role,
                                                        std::chrono::milliseconds age) override;

  FakeOutage& outage() { return outage_; }

  /// What training_need() says beside `open` and `free`.
  void set_need(const pipeline::TrainingNeed& need);
  /// Another trainer takes the run that is worked on.
  void lose();
  /// Puts a run in as it is.
  void add(pipeline::TrainingRun run);
  std::vector<pipeline::ModelRecord> models() const;
  std::size_t mirrored() const;  ///< times
  std::size_t reports() const;

 private:
  struct Row {
    pipeline::TrainingRun run;
    std::string trainer;
    bool lost = false;
  };
  Row* own(const base::Uuid& id, std::string_view trainer);

  FakeOutage outage_;
  mutable std::mutex mutex_;
  std::vector<Row> rows_;  // oldest first
  pipeline::TrainingNeed need_;
  std::vector<pipeline::ModelRecord> models_;
  std::size_t mirrored_ = 0;
  std::size_t reports_ = 0;
  std::map<std::pair<pipeline::Presence::Role, std::string>, pipeline::Presence> present_;
};

}  // namespace sasrec::test
