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
  /// `told` is called with each run that is new or has got on since the look before; must not throw. The first look
  /// only learns how things stand.
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
