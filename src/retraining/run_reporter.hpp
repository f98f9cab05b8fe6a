#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "retraining/training_store.hpp"

namespace sasrec::retraining {

/// Says of a training run how far it is and that its trainer lives, for as long as this object does. Thread-safe.
///
/// A run that another trainer has taken over is lost: lost() is then asked to stop, which ends the work on it. A
/// database that is away loses no run: what could not be said is said later.
class RunReporter {
 public:
  struct Options {
    std::string trainer;
    std::chrono::milliseconds interval{2'000};  ///< a fraction of the lease
  };

  /// `stop` ends the work too: lost() follows it.
  RunReporter(TrainingStore& store, const base::Uuid& run, Options options, const std::stop_token& stop);
  ~RunReporter();
  RunReporter(const RunReporter&) = delete;
  RunReporter& operator=(const RunReporter&) = delete;

  /// Changes what is said from now on; cheap.
  void update(const std::function<void(RunProgress&)>& change);
  /// Changes the state and says so at once.
  void enter(RunState state, const std::function<void(RunProgress&)>& change = {});

  /// Ends when the run is not ours any more, or the trainer is to stop.
  std::stop_token lost() const { return lost_.get_token(); }

 private:
  void say();
  void run(const std::stop_token& ended);

  TrainingStore& store_;
  const base::Uuid run_;
  const Options options_;
  std::stop_source lost_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::mutex saying_;  // one report at a time, so that an older one does not overwrite a newer
  std::mutex mutex_;
  RunProgress progress_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace sasrec::retraining
