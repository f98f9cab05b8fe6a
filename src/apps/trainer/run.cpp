#include "apps/trainer/run.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "apps/trainer/run_metrics.hpp"
#include "base/parallel.hpp"
#include "base/pause.hpp"
#include "base/uuid.hpp"
#include "dataset/held_users.hpp"
#include "dataset/split.hpp"
#include "evaluation/baselines.hpp"
#include "recommend/model.hpp"
#include "retraining/held_back.hpp"
#include "retraining/judge.hpp"
#include "retraining/kind_windows.hpp"
#include "retraining/run_reporter.hpp"
#include "store/queries/windows.hpp"
#include "store/snapshot.hpp"
#include "training/drift_reference.hpp"
#include "training/export.hpp"
#include "training/ranker.hpp"
#include "training/run_state.hpp"
#include "training/settings.hpp"
#include "training/trainer.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using base::Result;
using retraining::RunOutcome;
using retraining::RunProgress;
using retraining::RunState;
using std::chrono::steady_clock;

constexpr std::size_t kGoldenHistories = 8;

/// A folder that goes with its object. One that a killed process leaves is removed by a later save.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& checkpoints)
      : path_(checkpoints / ("tmp-" + base::Uuid::make().text())) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// CURRENT's model. One that can't be loaded is no rival: any that can be is better.
retraining::Serving load_serving(const checkpoint::Directory& directory) {
  retraining::Serving served;
  const auto current = directory.current();
  if (!current) return served;
  auto model = recommend::Model::load(directory.root() / *current);
  if (!model) {
    spdlog::warn("the current version is no rival to the candidate: {}", model.error().message);
    return served;
  }
  served.model = std::move(*model);
  const auto opened = checkpoint::Checkpoint::open(directory.root() / *current);
  served.held =
      retraining::read_held_back(opened ? opened->metrics() : boost::json::object(), checkpoint::created_at(*current));
  return served;
}

class TrainingWork {
 public:
  TrainingWork(const retraining::TrainingRun& run, retraining::TrainingStore& store, versions::Registry& registry,
               const TrainingRunOptions& options, const std::stop_token& stop)
      : run_(run),
        registry_(registry),
        options_(options),
        directory_(registry.directory()),
        reporter_(store, run.id, {.trainer = options.trainer}, stop) {}

  /// An error: the run fails for it, unless the run was ended() from outside.
  Result<RunOutcome> work() {
    // It was promoted, and its trainer died before it could say so.
    if (const auto current = directory_.current(); current && !run_.version.empty() && *current == run_.version) {
      return RunOutcome{RunState::kPromoted, run_.version, {}};
    }
    auto snapshot = load();
    if (!snapshot) return base::Failure(snapshot.error());
    if (snapshot->sequences.items.size() < options_.least_interactions) {
      return base::fail(ErrorCode::kInvalidInput, "too little data: {} interactions, and retrain-min asks for {}",
                        snapshot->sequences.items.size(), options_.least_interactions);
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
  Result<void> finish(retraining::TrainingStore& store, const RunOutcome& outcome) {
    base::Backoff backoff;
    for (;;) {
      auto said = store.finish_run(run_.id, options_.trainer, outcome);
      if (said || said.error().code != ErrorCode::kUnavailable) return said;
      if (!base::pause(reporter_.lost(), backoff.next())) return said;
    }
  }

 private:
  Result<store::Snapshot> load() {
    reporter_.enter(RunState::kLoading);
    base::Backoff backoff;
    for (bool told = false;; told = true) {
      auto snapshot = store::read_snapshot(
          options_.database,
          {.through_ordinal = run_.through_ordinal, .on_progress = [&](std::size_t read, std::size_t) {
             reporter_.update([&](RunProgress& progress) { progress.interactions = read; });
           }});
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
      if (!told) spdlog::warn("training run {}: reading again: {}", run_.id.text(), snapshot.error().message);
      if (!base::pause(reporter_.lost(), backoff.next())) return snapshot;
    }
  }

  Result<RunOutcome> train(const store::Snapshot& snapshot, const dataset::Split& split, double held_share,
                           const base::Vocabulary& vocabulary) {
    const auto sequences = dataset::index_sequences(snapshot.sequences, snapshot.log, vocabulary);
    const auto shape = training::shape_of(sequences, split, vocabulary.size());
    const auto settings = training::make_settings(options_.recipe, shape, options_.overrides);
    if (!settings) return base::Failure(settings.error());
    const auto threads = options_.threads.value_or(training::useful_threads(*settings, shape, base::default_threads()));
    at::set_num_threads(static_cast<int>(threads));
    std::error_code error;
    std::filesystem::create_directories(directory_.root(), error);
    if (error) {
      return base::fail(ErrorCode::kIo, "{} can't be made: {}", directory_.root().string(), error.message());
    }
    training::RunState state(directory_.root() / "retraining-state",
                             training::fingerprint(sequences, split, *settings));
    reporter_.enter(RunState::kTraining, [&](RunProgress& progress) { progress.epochs = settings->epochs; });
    const auto trained = training::train(sequences, split, *settings, with_progress(state, settings->epochs));
    if (!trained) return base::Failure(trained.error());

    const auto counts = evaluation::count_items(sequences, split, vocabulary.size());
    auto model =
        training::draft_of(trained->network, vocabulary, training::pick_golden_histories(sequences, kGoldenHistories));
    model.draft.training = training::to_json(*settings);
    auto drift = training::drift_reference(sequences, split, counts, training::network_ranker(trained->network));
    store::PostgresWindows windows(options_.database);
    if (auto kinds = retraining::kind_windows(windows, snapshot.sequences)) {
      drift.push_back(std::move(*kinds));
    } else {
      spdlog::warn("training run {}: drift of kinds will be learned while the version serves: {}", run_.id.text(),
                   kinds.error().message);
    }
    model.draft.reference = training::reference_of(sequences, split, counts, drift);
    auto judgement = evaluate(model.draft, {snapshot.log, snapshot.sequences, split}, threads);
    if (!judgement) return base::Failure(judgement.error());
    model.draft.metrics =
        metrics_of(sequences, split, shape, *trained, judgement->report, retraining::held_by_users(held_share));
    model.draft.metrics["gate"] = judgement->to_json();
    auto outcome = save(model.draft, *judgement);
    if (outcome) state.clear();
    return outcome;
  }

  training::TrainOptions with_progress(training::RunState& state, std::size_t epochs) {
    const auto begun = steady_clock::now();
    auto first = std::make_shared<std::size_t>(0);  // epoch of this process; shared by the callback's copies
    return {.device = options_.device,
            .state = &state,
            .on_step =
                [this, begun, first, epochs](const training::StepReport& report) {
                  if (*first == 0) *first = report.epoch;
                  const auto whole = static_cast<double>(epochs - *first + 1);
                  const auto done = static_cast<double>(report.epoch - *first) +
                                    static_cast<double>(report.step) / static_cast<double>(report.steps);
                  const std::chrono::duration<double> took = steady_clock::now() - begun;
                  reporter_.update([&](RunProgress& progress) {
                    progress.epoch = report.epoch - 1;
                    progress.loss = report.loss;
                    progress.seconds_left = took.count() * (whole - done) / done;
                  });
                },
            .on_epoch =
                [this](const training::EpochReport& report) {
                  reporter_.update([&](RunProgress& progress) {
                    progress.epoch = report.epoch;
                    progress.loss = report.loss;
                    if (report.ndcg) progress.ndcg = report.best_ndcg;
                  });
                  spdlog::info("training run {}: epoch {}, loss {:.4f}, best NDCG@10 {:.4f}", run_.id.text(),
                               report.epoch, report.loss, report.best_ndcg);
                },
            .stop = reporter_.lost()};
  }

  /// By the engine, as it would be served: from a folder of its own, which nobody serves.
  Result<retraining::Judgement> evaluate(const checkpoint::Draft& draft, const retraining::Holdout& holdout,
                                         std::size_t threads) {
    reporter_.enter(RunState::kEvaluating);
    const Scratch scratch(directory_.root());
    const auto version = checkpoint::Directory(scratch.path()).save(draft, std::chrono::system_clock::now());
    if (!version) return base::Failure(version.error());
    const auto candidate = recommend::Model::load(scratch.path() / *version);
    if (!candidate) return base::Failure(candidate.error());
    for (;;) {
      const auto before = directory_.current();
      const auto served = load_serving(directory_);
      auto judgement = retraining::judge(holdout, *candidate, served, options_.gate, threads);
      // Who makes another version current meanwhile wants it served: the candidate has to stand up to that one.
      if (directory_.current().value_or("") == before.value_or("")) return judgement;
      if (ended()) return base::fail(ErrorCode::kUnavailable, "stopped while it was judged");
    }
  }

  Result<RunOutcome> save(const checkpoint::Draft& draft, const retraining::Judgement& judgement) {
    reporter_.enter(RunState::kSaving);
    if (ended()) return base::fail(ErrorCode::kUnavailable, "stopped before it was saved");
    const auto version = directory_.save(draft, std::chrono::system_clock::now());
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
    if (auto activated = registry_.activate(*version); !activated) return base::Failure(activated.error());
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
    if (const auto told = registry_.mirror(); !told) spdlog::warn("models: {}", told.error().message);
  }

  const retraining::TrainingRun& run_;
  versions::Registry& registry_;
  const TrainingRunOptions& options_;
  checkpoint::Directory directory_;
  retraining::RunReporter reporter_;
};

}  // namespace

Result<RunOutcome> work_on(const retraining::TrainingRun& run, retraining::TrainingStore& store,
                           versions::Registry& registry, const TrainingRunOptions& options,
                           const std::stop_token& stop) {
  TrainingWork work(run, store, registry, options, stop);
  auto outcome = work.work();
  if (!outcome && work.ended()) {
    // Whose run it still is gives it back; who has lost it is told so, and has nothing to give.
    if (const auto released = store.release_run(run.id, options.trainer); !released) {
      spdlog::info("training run {}: {}", run.id.text(), released.error().message);
    }
    return base::Failure({ErrorCode::kUnavailable, outcome.error().message});
  }
  const auto result = outcome ? *outcome : RunOutcome{RunState::kFailed, {}, outcome.error().message};
  if (const auto said = work.finish(store, result); !said) return base::Failure(said.error());
  return result;
}

}  // namespace sasrec::apps
