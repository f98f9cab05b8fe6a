#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "checkpoint/directory.hpp"
#include "retraining/training_store.hpp"

namespace sasrec::retraining {

/// When the service trains by itself.
struct RetrainingPolicy {
  std::chrono::seconds every{24 * 3600};   ///< once in so long, if anything is new; 0: not by time
  std::size_t after = 50'000;              ///< once this many interactions are new; 0: not by their number
  std::size_t min_interactions = 1'000;    ///< not with fewer in all
  std::chrono::minutes after_failure{15};  ///< not within so long of a run that failed
};

/// Why a run is due: "interval" or "interactions"; none if it isn't. `since`: when the present model was made; unset if
/// there is none, and then the first training waits for nothing but enough data.
std::optional<std::string> due(const TrainingNeed& need, const RetrainingPolicy& policy,
                               std::optional<base::Time> since, base::Time now);

/// Asks for a training run whenever one is due. Any number of them may be at work on one database. Used by one thread.
class Schedule {
 public:
  struct Options {
    RetrainingPolicy policy;
    std::chrono::milliseconds lease{15'000};  ///< see NeedQuestion
    base::Clock clock = base::now;
  };

  Schedule(TrainingStore& store, std::filesystem::path checkpoints, Options options);

  /// Looks once, and asks for a run if one is due. Whether a trainer could take a run now.
  base::Result<bool> tick();

 private:
  TrainingStore& store_;
  checkpoint::Directory directory_;
  Options options_;
};

}  // namespace sasrec::retraining
