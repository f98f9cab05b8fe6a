#include "support/fakes/fake_training_store.hpp"

#include <algorithm>

namespace sasrec::test {

using base::ErrorCode;
using retraining::RunState;

FakeTrainingStore::Row* FakeTrainingStore::own(const base::Uuid& id, std::string_view trainer) {
  const auto found = std::ranges::find_if(
      rows_, [&](const Row& row) { return row.run.id == id && row.trainer == trainer && !is_final(row.run.state); });
  return found == rows_.end() ? nullptr : &*found;
}

base::Result<retraining::TrainingRun> FakeTrainingStore::request_run(std::string_view cause) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  for (const auto& row : rows_) {
    if (row.run.state == RunState::kQueued) return row.run;
  }
  rows_.push_back(
      {.run = {.id = base::Uuid::make(), .cause = std::string(cause), .created = base::now()}, .trainer = {}});
  return rows_.back().run;
}

base::Result<std::vector<retraining::TrainingRun>> FakeTrainingStore::training_runs(std::size_t max_count) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  std::vector<retraining::TrainingRun> runs;
  for (auto row = rows_.rbegin(); row != rows_.rend() && runs.size() < max_count; ++row) runs.push_back(row->run);
  return runs;
}

base::Result<retraining::TrainingNeed> FakeTrainingStore::training_need(const retraining::NeedQuestion& question) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  auto need = need_;
  need.interactions = std::min(need.interactions, question.max_count);
  need.new_interactions = std::min(need.new_interactions, question.max_count);
  for (const auto& row : rows_) {
    if (is_final(row.run.state)) continue;
    need.open = true;
    need.free = need.free || row.lost || row.run.state == RunState::kQueued;
  }
  return need;
}

base::Result<std::optional<retraining::TrainingRun>> FakeTrainingStore::take_run(std::string_view trainer,
                                                                                 std::chrono::milliseconds,
                                                                                 std::size_t) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  for (auto& row : rows_) {
    if (is_final(row.run.state) || !(row.lost || row.run.state == RunState::kQueued)) continue;
    row.trainer = trainer;
    row.lost = false;
    row.run.state = RunState::kLoading;
    ++row.run.attempts;
    return row.run;
  }
  return std::nullopt;
}

base::Result<void> FakeTrainingStore::report_run(const base::Uuid& id, std::string_view trainer,
                                                 const retraining::RunProgress& progress) {
  if (auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  ++reports_;
  auto* const row = own(id, trainer);
  if (row == nullptr) return base::fail(ErrorCode::kNotFound, "not this trainer's run");
  row->run.state = progress.state;
  if (progress.through_ordinal) row->run.through_ordinal = progress.through_ordinal;
  if (progress.interactions) row->run.interactions = progress.interactions;
  if (progress.epoch) row->run.epoch = progress.epoch;
  if (progress.epochs) row->run.epochs = progress.epochs;
  if (progress.loss) row->run.loss = progress.loss;
  if (progress.ndcg) row->run.ndcg = progress.ndcg;
  if (!progress.version.empty()) row->run.version = progress.version;
  return {};
}

base::Result<void> FakeTrainingStore::release_run(const base::Uuid& id, std::string_view trainer) {
  if (auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  auto* const row = own(id, trainer);
  if (row == nullptr) return base::fail(ErrorCode::kNotFound, "not this trainer's run");
  row->lost = true;
  --row->run.attempts;
  return {};
}

base::Result<void> FakeTrainingStore::finish_run(const base::Uuid& id, std::string_view trainer,
                                                 const retraining::RunOutcome& outcome) {
  if (auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  auto* const row = own(id, trainer);
  if (row == nullptr) return base::fail(ErrorCode::kNotFound, "not this trainer's run");
  row->run.state = outcome.state;
  row->run.reason = outcome.reason;
  if (!outcome.version.empty()) row->run.version = outcome.version;
  return {};
}

base::Result<void> FakeTrainingStore::mirror_models(std::span<const versions::ModelRecord> models) {
  if (auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  models_.assign(models.begin(), models.end());
  ++mirrored_;
  return {};
}

base::Result<void> FakeTrainingStore::say_present(const versions::Presence& presence) {
  if (auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  present_[{presence.role, presence.name}] = presence;
  return {};
}

base::Result<void> FakeTrainingStore::withdraw(versions::Presence::Role role, std::string_view name) {
  if (auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  present_.erase({role, std::string(name)});
  return {};
}

base::Result<std::vector<versions::Presence>> FakeTrainingStore::present(versions::Presence::Role role,
                                                                         std::chrono::milliseconds) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  std::vector<versions::Presence> list;
  for (const auto& [key, presence] : present_) {
    if (key.first == role) list.push_back(presence);
  }
  return list;
}

void FakeTrainingStore::set_need(const retraining::TrainingNeed& need) {
  const std::scoped_lock lock(mutex_);
  need_ = need;
}

void FakeTrainingStore::lose() {
  const std::scoped_lock lock(mutex_);
  for (auto& row : rows_) {
    if (!is_final(row.run.state)) row.trainer = "another";
  }
}

void FakeTrainingStore::add(retraining::TrainingRun run) {
  const std::scoped_lock lock(mutex_);
  rows_.push_back({.run = std::move(run), .trainer = {}});
}

std::vector<versions::ModelRecord> FakeTrainingStore::models() const {
  const std::scoped_lock lock(mutex_);
  return models_;
}

std::size_t FakeTrainingStore::mirrored() const {
  const std::scoped_lock lock(mutex_);
  return mirrored_;
}

std::size_t FakeTrainingStore::reports() const {
  const std::scoped_lock lock(mutex_);
  return reports_;
}

}  // namespace sasrec::test
