#include "retraining/run_reporter.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "base/pause.hpp"

namespace sasrec::retraining {

RunReporter::RunReporter(TrainingStore& store, const base::Uuid& run, Options options, const std::stop_token& stop)
    : store_(store),
      run_(run),
      options_(std::move(options)),
      // One token for both reasons to stop, so that the work has only one to look at.
      on_stop_(stop, [this] { lost_.request_stop(); }),
      thread_([this](const std::stop_token& ended) { this->run(ended); }) {}

RunReporter::~RunReporter() = default;

void RunReporter::update(const std::function<void(RunProgress&)>& change) {
  const std::scoped_lock lock(mutex_);
  change(progress_);
}

void RunReporter::enter(RunState state, const std::function<void(RunProgress&)>& change) {
  update([&](RunProgress& progress) {
    progress.state = state;
    progress.seconds_left.reset();
    if (change) change(progress);
  });
  say();
}

void RunReporter::say() {
  // One report at a time, in order: an older state must not overwrite a newer one.
  const std::scoped_lock one(saying_);
  RunProgress progress;
  {
    const std::scoped_lock lock(mutex_);
    // Copied, because the report may take seconds, and the training must not wait for it.
    progress = progress_;
  }
  const auto said = store_.report_run(run_, options_.trainer, progress);
  if (said) return;
  if (said.error().code == base::ErrorCode::kNotFound) {
    if (!lost_.stop_requested()) spdlog::warn("{}", said.error().message);
    lost_.request_stop();
  } else {
    spdlog::warn("training: its progress can't be told: {}", said.error().message);
  }
}

void RunReporter::run(const std::stop_token& ended) {
  while (base::pause(ended, options_.interval)) say();
}

}  // namespace sasrec::retraining
