#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"

namespace sasrec::retraining {

// All methods block; their errors are those of base/done.hpp.

/// What a training run is doing. The last three are final.
enum class RunState : std::uint8_t {
  kQueued,      ///< no trainer has taken it yet
  kLoading,     ///< reads the interactions
  kTraining,    ///< goes through epochs
  kEvaluating,  ///< compares the candidate with the serving model
  kSaving,      ///< writes the new version
  kPromoted,    ///< its model is the active one
  kRejected,    ///< its model is kept, and not served: the gate says why
  kFailed,      ///< it has no model
};
std::string_view to_string(RunState state);  ///< "queued", "loading", ...
std::optional<RunState> parse_run_state(std::string_view text);
bool is_final(RunState state);

struct TrainingRun {
  base::Uuid id;
  RunState state = RunState::kQueued;
  std::string cause;  ///< why it was asked for: "request", "interval", "interactions"
  base::Time created;
  std::optional<base::Time> started;
  std::optional<base::Time> finished;
  std::size_t attempts = 0;  ///< how often a trainer has taken it
  std::optional<std::int64_t> through_ordinal;
  std::optional<std::size_t> interactions;
  std::optional<std::size_t> epoch;
  std::optional<std::size_t> epochs;
  std::optional<double> loss;
  std::optional<double> ndcg;
  std::optional<double> seconds_left;
  std::string version;  ///< of the model that it has saved; empty: none
  std::string reason;   ///< why it was rejected or failed
};

/// How far a run is; what is not set stays as it is.
struct RunProgress {
  RunState state = RunState::kLoading;
  std::optional<std::int64_t> through_ordinal;  ///< the newest interaction that it has read, by order of arrival
  std::optional<std::size_t> interactions;      ///< how many it has read
  std::optional<std::size_t> epoch;
  std::optional<std::size_t> epochs;
  std::optional<double> loss;
  std::optional<double> ndcg;
  std::optional<double> seconds_left;
  std::string version;
};

/// How a run ends.
struct RunOutcome {
  RunState state = RunState::kFailed;  ///< a final one
  std::string version;
  std::string reason;
};

/// What decides whether a training is due.
struct TrainingNeed {
  bool open = false;  ///< a run waits or is worked on
  bool free = false;  ///< a run could be taken now: it waits, or its trainer is silent
  std::optional<base::Time> last_created;
  bool last_failed = false;
  std::size_t interactions = 0;  ///< stored; counted up to `max_count`
  std::size_t new_interactions =
      0;  ///< since what the last completed run has read, else since `since`; up to `max_count`
};

struct NeedQuestion {
  base::Time since{};  ///< new is what came after this, while no run has been completed
  std::size_t max_count = 1'000'000;
  std::chrono::milliseconds lease{15'000};  ///< a trainer that is silent for longer has lost its run
};

class TrainingStore {
 public:
  TrainingStore() = default;
  TrainingStore(const TrainingStore&) = delete;
  TrainingStore& operator=(const TrainingStore&) = delete;
  virtual ~TrainingStore() = default;

  /// A run that waits: a new one, or the one that waits already.
  virtual base::Result<TrainingRun> request_run(std::string_view cause) = 0;

  /// Newest first.
  virtual base::Result<std::vector<TrainingRun>> training_runs(std::size_t max_count) = 0;

  virtual base::Result<TrainingNeed> training_need(const NeedQuestion& question) = 0;

  /// Gives `trainer` the run that is to be worked on: one whose trainer was silent for `lease`, else the one that
  /// waits; none while another trainer works. A run that was taken `max_attempts` times and lost each time fails.
  virtual base::Result<std::optional<TrainingRun>> take_run(std::string_view trainer, std::chrono::milliseconds lease,
                                                            std::size_t max_attempts) = 0;

  /// Says that `trainer` lives, and how far it is. kNotFound: the run is not its own any more.
  virtual base::Result<void> report_run(const base::Uuid& id, std::string_view trainer,
                                        const RunProgress& progress) = 0;
  /// Gives a run back that could not be finished, so that it is taken up again at once; it counts as not taken.
  /// kNotFound as above.
  virtual base::Result<void> release_run(const base::Uuid& id, std::string_view trainer) = 0;
  /// The run's end. kNotFound as above.
  virtual base::Result<void> finish_run(const base::Uuid& id, std::string_view trainer, const RunOutcome& outcome) = 0;
};

}  // namespace sasrec::retraining
