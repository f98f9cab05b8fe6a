#pragma once

#include <cstddef>
#include <functional>
#include <map>

#include "base/uuid.hpp"
#include "retraining/training_store.hpp"

namespace sasrec::retraining {

/// Notices how training runs get on, whichever process works on them. Used by one thread.
class TrainingWatch {
 public:
  /// Calls `told` for every run that is new or has progressed since the last look(); it must not throw. The first
  /// look() only records the present state.
  TrainingWatch(TrainingStore& store, std::function<void(const TrainingRun&)> told);

  /// One look. A database that is away is no news: the next look makes up for it.
  void look();

 private:
  TrainingStore& store_;
  std::function<void(const TrainingRun&)> told_;
  bool first_ = true;
  std::map<base::Uuid, TrainingRun> known_;
};

}  // namespace sasrec::retraining
