#include "retraining/run_watch.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sasrec::retraining {
namespace {

constexpr std::size_t kWatched = 8;  // the newest: only these can be under way

bool got_on(const TrainingRun& before, const TrainingRun& now) {
  return before.state != now.state || before.epoch != now.epoch || before.loss != now.loss ||
         before.interactions != now.interactions || before.attempts != now.attempts;
}

}  // namespace

TrainingWatch::TrainingWatch(TrainingStore& store, std::function<void(const TrainingRun&)> told)
    : store_(store), told_(std::move(told)) {}

void TrainingWatch::look() {
  const auto runs = store_.training_runs(kWatched);
  if (!runs) {
    spdlog::debug("training runs: {}", runs.error().message);
    return;
  }
  std::map<base::Uuid, TrainingRun> seen;
  for (auto run = runs->rbegin(); run != runs->rend(); ++run) {
    const auto before = known_.find(run->id);
    if (!first_ && (before == known_.end() || got_on(before->second, *run))) told_(*run);
    seen.emplace(run->id, *run);
  }
  known_ = std::move(seen);
  first_ = false;
}

}  // namespace sasrec::retraining
