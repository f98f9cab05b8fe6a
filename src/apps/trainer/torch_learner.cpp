#include "apps/trainer/torch_learner.hpp"

#include <ATen/Parallel.h>

#include <chrono>
#include <utility>

#include "base/parallel.hpp"
#include "training/candidate.hpp"
#include "training/saved_training.hpp"
#include "training/settings.hpp"
#include "training/trainer.hpp"

namespace sasrec::apps {
namespace {

using retraining::LearningProgress;
using std::chrono::steady_clock;

/// Turns the trainer's reports into those of a learner.
class Teller {
 public:
  Teller(std::size_t epochs, const std::function<void(const LearningProgress&)>& told) : epochs_(epochs), told_(told) {
    told_({.epochs = epochs_, .loss = {}, .ndcg = {}, .seconds_left = {}});
  }

  void on_step(const training::StepReport& report) {
    if (first_ == 0) first_ = report.epoch;
    const auto whole = static_cast<double>(epochs_ - first_ + 1);
    const auto done = static_cast<double>(report.epoch - first_) +
                      static_cast<double>(report.step) / static_cast<double>(report.steps);
    const std::chrono::duration<double> took = steady_clock::now() - begun_;
    told_({.epochs = epochs_,
           .epoch = report.epoch - 1,
           .loss = report.loss,
           .ndcg = {},
           .seconds_left = took.count() * (whole - done) / done});
  }

  void on_epoch(const training::EpochReport& report) {
    told_({.epochs = epochs_,
           .epoch = report.epoch,
           .loss = report.loss,
           .ndcg = report.ndcg ? std::optional(report.best_ndcg) : std::nullopt,
           .seconds_left = {}});
  }

 private:
  const std::size_t epochs_;
  const std::function<void(const LearningProgress&)>& told_;
  const steady_clock::time_point begun_ = steady_clock::now();
  std::size_t first_ = 0;  // epoch of this process: what was resumed took none of its time
};

}  // namespace

base::Result<retraining::Learned> TorchLearner::learn(const retraining::Lesson& lesson,
                                                      const std::function<void(const LearningProgress&)>& told,
                                                      const std::stop_token& stop) {
  const auto shape = training::shape_of(lesson.sequences, lesson.split, lesson.vocabulary.size());
  const auto settings = training::make_settings(options_.recipe, shape, options_.overrides);
  if (!settings) return base::Failure(settings.error());
  const auto threads = options_.threads.value_or(training::useful_threads(*settings, shape, base::default_threads()));
  at::set_num_threads(static_cast<int>(threads));
  training::SavedTraining state(state_file(), training::fingerprint(lesson.sequences, lesson.split, *settings));
  Teller teller(settings->epochs, told);
  const auto trained =
      training::train(lesson.sequences, lesson.split, *settings,
                      {.device = options_.device,
                       .state = &state,
                       .on_step = [&](const training::StepReport& report) { teller.on_step(report); },
                       .on_epoch = [&](const training::EpochReport& report) { teller.on_epoch(report); },
                       .stop = stop});
  if (!trained) return base::Failure(trained.error());
  auto candidate = training::make_candidate({.sequences = lesson.sequences,
                                             .split = lesson.split,
                                             .vocabulary = lesson.vocabulary,
                                             .settings = *settings,
                                             .held = lesson.held},
                                            *trained);
  return retraining::Learned{
      .draft = std::move(candidate.model.draft),
      .metrics = std::move(candidate.metrics),
      .reference = std::move(candidate.reference),
      .weights = std::make_shared<const std::vector<at::Tensor>>(std::move(candidate.model.weights)),
      .threads = threads};
}

void TorchLearner::forget() {
  training::SavedTraining(state_file(), {}).clear();
}

}  // namespace sasrec::apps
