#include "retraining/run.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/pause.hpp"
#include "base/said_once.hpp"
#include "dataset/held_users.hpp"
#include "dataset/split.hpp"
#include "recommend/model.hpp"
#include "retraining/held_back.hpp"
#include "retraining/judge.hpp"
#include "retraining/kind_windows.hpp"
#include "retraining/run_reporter.hpp"

namespace sasrec::retraining {
namespace {

using base::ErrorCode;
using base::Result;

/// CURRENT's model. One that can't be loaded is no rival: any that can be is better.
ServingModel load_serving(const checkpoint::Directory& directory) {
  ServingModel served;
  const auto current = directory.current();
  if (!current) return served;
  auto model = recommend::Model::load(directory.root() / *current);
  if (!model) {
    spdlog::warn("the current version is no rival to the candidate: {}", model.error().message);
    return served;
  }
  served.model = std::move(*model);
  served.held = held_back_of(served.model->metrics(), checkpoint::created_at(*current));
  return served;
}

class TrainingWork {
 public:
  TrainingWork(const TrainingRun& run, const RunPorts& ports, const RunOptions& options, const std::stop_token& stop)
      : run_(run),
        ports_(ports),
        options_(options),
        directory_(ports.registry.directory()),
        reporter_(ports.store, run.id, {.trainer = options.trainer, .interval = options.report_interval}, stop) {}

  /// An error: the run fails for it, unless the run was ended() from outside.
  Result<RunOutcome> work() {
    // It was promoted, and its trainer died before it could say so.
    if (const auto current = directory_.current(); current && !run_.version.empty() && *current == run_.version) {
      return RunOutcome{RunState::kPromoted, run_.version, {}};
    }
    auto snapshot = load();
    if (!snapshot) return base::Failure(snapshot.error());
    if (snapshot->sequences.items.size() < options_.min_interactions) {
      return base::fail(ErrorCode::kInvalidInput, "too little data: {} interactions, and retrain-min asks for {}",
                        snapshot->sequences.items.size(), options_.min_interactions);
    }
    const auto share = dataset::held_share(snapshot->sequences);
    const auto split = dataset::hold_users(snapshot->sequences, share);
    if (!split) return base::Failure(split.error());
    const auto vocabulary = dataset::training_vocabulary(snapshot->log, snapshot->sequences, *split);
    if (!vocabulary) return base::Failure(vocabulary.error());
    return train(*snapshot, *split, share, *vocabulary);
  }

  bool ended() const { return reporter_.lost().stop_requested(); }

  /// Says how it ended, however long the database is away.
  Result<void> finish(const RunOutcome& outcome) {
    base::Backoff backoff;
    for (;;) {
      auto said = ports_.store.finish_run(run_.id, options_.trainer, outcome);
      if (said || said.error().code != ErrorCode::kUnavailable) return said;
      if (!base::pause(reporter_.lost(), backoff.next())) return said;
    }
  }

 private:
  Result<Snapshot> load() {
    reporter_.enter(RunState::kLoading);
    base::Backoff backoff;
    base::SaidOnce said;
    for (;;) {
      auto snapshot = ports_.snapshots.read(run_.through_ordinal, [&](std::size_t read) {
        reporter_.update([&](RunProgress& progress) { progress.interactions = read; });
      });
      if (snapshot) {
        reporter_.update([&](RunProgress& progress) {
          progress.interactions = snapshot->sequences.items.size();
          progress.through_ordinal = snapshot->through_ordinal;
        });
        spdlog::info("training run {}: {} interactions of {} users", run_.id.text(), snapshot->sequences.items.size(),
                     snapshot->sequences.user_count());
        return snapshot;
      }
      if (snapshot.error().code != ErrorCode::kUnavailable) return snapshot;
      if (said.hear(snapshot) == base::SaidOnce::News::kTrouble) {
        spdlog::warn("training run {}: reading again: {}", run_.id.text(), snapshot.error().message);
      }
      if (!base::pause(reporter_.lost(), backoff.next())) return snapshot;
    }
  }

  Result<RunOutcome> train(const Snapshot& snapshot, const dataset::Split& split, double held_share,
                           const base::Vocabulary& vocabulary) {
    const auto sequences = dataset::index_sequences(snapshot.sequences, snapshot.log, vocabulary);
    std::error_code error;
    std::filesystem::create_directories(directory_.root(), error);
    if (error) {
      return base::fail(ErrorCode::kIo, "{} can't be made: {}", directory_.root().string(), error.message());
    }
    auto learned = ports_.learner.learn(
        {.sequences = sequences, .split = split, .vocabulary = vocabulary, .held = held_by_users(held_share)},
        [this](const LearningProgress& learning) { tell(learning); }, reporter_.lost());
    if (!learned) return base::Failure(learned.error());
    if (auto kinds = kind_windows(ports_.windows, snapshot.sequences)) {
      learned->reference.drift.push_back(std::move(monitoring::write_windows({&*kinds, 1}).front()));
    } else {
      spdlog::warn("training run {}: drift of kinds will be learned while the version serves: {}", run_.id.text(),
                   kinds.error().message);
    }
    learned->draft.reference = to_json(learned->reference);
    reporter_.enter(RunState::kEvaluating);
    auto staged = directory_.stage(learned->draft, std::chrono::system_clock::now());
    if (!staged) return base::Failure(staged.error());
    const auto judgement = evaluate(staged->folder(), {snapshot.log, snapshot.sequences, split}, learned->threads);
    if (!judgement) return base::Failure(judgement.error());
    learned->metrics.test = evaluation::to_json(judgement->report);
    learned->metrics.gate = judgement->record();
    auto outcome = save(*staged, to_json(learned->metrics), *judgement);
    if (outcome) ports_.learner.forget();
    return outcome;
  }

  /// Reports how far the training is. The first call begins it, and is reported at once.
  void tell(const LearningProgress& learning) {
    const auto change = [&](RunProgress& progress) {
      progress.epochs = learning.epochs;
      if (learning.epoch > 0 || learning.loss) progress.epoch = learning.epoch;
      if (learning.loss) progress.loss = learning.loss;
      if (learning.ndcg) progress.ndcg = learning.ndcg;
      if (learning.seconds_left) progress.seconds_left = learning.seconds_left;
    };
    if (!std::exchange(learning_, true)) {
      reporter_.enter(RunState::kTraining, change);
    } else {
      reporter_.update(change);
    }
    if (learning.epoch > std::exchange(epoch_, learning.epoch)) {
      spdlog::info("training run {}: epoch {} of at most {}, loss {:.4f}{}", run_.id.text(), learning.epoch,
                   learning.epochs, learning.loss.value_or(0),
                   learning.ndcg ? fmt::format(", best NDCG@10 {:.4f}", *learning.ndcg) : "");
    }
  }

  /// Judges the staged version with the engine, as it would be served. Nobody serves it before it has a name.
  Result<Judgement> evaluate(const std::filesystem::path& staged, const Holdout& holdout, std::size_t threads) {
    const auto candidate = recommend::Model::load(staged);
    if (!candidate) return base::Failure(candidate.error());
    for (;;) {
      const auto before = directory_.current();
      const auto served = load_serving(directory_);
      auto judgement = judge(holdout, *candidate, served, options_.gate, threads);
      // If another version became current meanwhile, the candidate must be compared with that one.
      if (directory_.current().value_or("") == before.value_or("")) return judgement;
      if (ended()) return base::fail(ErrorCode::kUnavailable, "stopped while it was judged");
    }
  }

  Result<RunOutcome> save(checkpoint::Staged& staged, const boost::json::object& metrics, const Judgement& judgement) {
    reporter_.enter(RunState::kSaving);
    if (ended()) return base::fail(ErrorCode::kUnavailable, "stopped before it was saved");
    const auto version = staged.publish(std::chrono::system_clock::now(), metrics);
    if (!version) return base::Failure(version.error());
    const auto& verdict = judgement.verdict;
    reporter_.enter(RunState::kSaving, [&](RunProgress& progress) { progress.version = *version; });
    spdlog::info("training run {}: version {} {}: {}", run_.id.text(), *version,
                 verdict.passed ? "passes" : "is rejected", verdict.reason);
    if (!verdict.passed) {
      if (auto rejected = directory_.reject(*version, verdict.reason); !rejected)
        return base::Failure(rejected.error());
      tidy_up();
      return RunOutcome{RunState::kRejected, *version, verdict.reason};
    }
    if (ended()) return base::fail(ErrorCode::kUnavailable, "the run was lost before its model was made current");
    if (auto activated = ports_.registry.admit(*version); !activated) return base::Failure(activated.error());
    tidy_up();
    return RunOutcome{RunState::kPromoted, *version, {}};
  }

  void tidy_up() {
    const auto entries = directory_.list();
    if (!entries) return;
    for (const auto& version : versions::expendable(*entries, options_.retention, base::now())) {
      if (const auto removed = directory_.remove(version); !removed) {
        spdlog::warn("{}", removed.error().message);
      } else {
        spdlog::info("version {} is removed: it is not kept any longer", version);
      }
    }
    if (const auto told = ports_.registry.mirror(); !told) spdlog::warn("models: {}", told.error().message);
  }

  const TrainingRun& run_;
  const RunPorts& ports_;
  const RunOptions& options_;
  checkpoint::Directory directory_;
  bool learning_ = false;
  std::size_t epoch_ = 0;  // the newest that is done
  RunReporter reporter_;
};

}  // namespace

Result<RunOutcome> work_on(const TrainingRun& run, const RunPorts& ports, const RunOptions& options,
                           const std::stop_token& stop) {
  TrainingWork work(run, ports, options, stop);
  auto outcome = work.work();
  if (!outcome && work.ended()) {
    // Gives the run back if it is still this trainer's; otherwise the store says that it is not.
    if (const auto released = ports.store.release_run(run.id, options.trainer); !released) {
      spdlog::info("training run {}: {}", run.id.text(), released.error().message);
    }
    return base::Failure({ErrorCode::kUnavailable, outcome.error().message});
  }
  const auto result = outcome ? *outcome : RunOutcome{RunState::kFailed, {}, outcome.error().message};
  if (const auto said = work.finish(result); !said) return base::Failure(said.error());
  return result;
}

}  // namespace sasrec::retraining
