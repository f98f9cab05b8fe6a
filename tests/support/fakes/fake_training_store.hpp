#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "retraining/training_store.hpp"
#include "support/fakes/fake_outage.hpp"
#include "versions/model_store.hpp"

namespace sasrec::test {

/// Training runs, models and presence in memory, with the rules of their ports; time stands still: a run is lost when
/// lose() says so. Thread-safe.
class FakeTrainingStore : public retraining::TrainingStore, public versions::ModelStore {
 public:
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

  base::Result<void> mirror_models(std::span<const versions::ModelRecord> models) override;
  base::Result<void> say_present(const versions::Presence& presence) override;
  base::Result<void> withdraw(versions::Presence::Role role, std::string_view name) override;
  base::Result<std::vector<versions::Presence>> present(versions::Presence::Role role,
                                                        std::chrono::milliseconds age) override;

  FakeOutage& outage() { return outage_; }

  /// What training_need() says beside `open` and `free`.
  void set_need(const retraining::TrainingNeed& need);
  /// Another trainer takes the run that is worked on.
  void lose();
  /// Puts a run in as it is.
  void add(retraining::TrainingRun run);
  std::vector<versions::ModelRecord> models() const;
  std::size_t mirrored() const;  ///< times
  std::size_t reports() const;

 private:
  struct Row {
    retraining::TrainingRun run;
    std::string trainer;
    bool lost = false;
  };
  Row* own(const base::Uuid& id, std::string_view trainer);

  FakeOutage outage_;
  mutable std::mutex mutex_;
  std::vector<Row> rows_;  // oldest first
  retraining::TrainingNeed need_;
  std::vector<versions::ModelRecord> models_;
  std::size_t mirrored_ = 0;
  std::size_t reports_ = 0;
  std::map<std::pair<versions::Presence::Role, std::string>, versions::Presence> present_;
};

}  // namespace sasrec::test
