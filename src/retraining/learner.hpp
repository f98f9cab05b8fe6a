#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/directory.hpp"
#include "checkpoint/metrics.hpp"
#include "checkpoint/reference.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::retraining {

/// What a model is to be trained on.
struct Lesson {
  const dataset::Sequences& sequences;  ///< in the numbers of `vocabulary`
  const dataset::Split& split;
  const base::Vocabulary& vocabulary;
  checkpoint::HeldRecord held;  ///< how `split` was made
};

/// How far a learner is.
struct LearningProgress {
  std::size_t epochs = 0;  ///< at most
  std::size_t epoch = 0;   ///< done
  std::optional<double> loss;
  std::optional<double> ndcg;  ///< the best so far, if this epoch was evaluated
  std::optional<double> seconds_left;
};

/// A trained model that nobody has judged yet.
struct Learned {
  checkpoint::Draft draft;              ///< without metrics and reference; its tensors point into `weights`
  checkpoint::Metrics metrics;          ///< without test and gate
  checkpoint::Reference reference;      ///< without the windows of kinds, which the lesson doesn't hold
  std::shared_ptr<const void> weights;  ///< keeps the tensors alive
  std::size_t threads = 1;              ///< that it used, and that judging may use
};

/// Trains models. Used by one thread.
class Learner {
 public:
  Learner() = default;
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;
  virtual ~Learner() = default;

  /// Blocks. Calls `told` first before the first epoch. kUnavailable: ended by `stop`; the epochs that are done are
  /// kept, and the next call with the same lesson goes on from there.
  virtual base::Result<Learned> learn(const Lesson& lesson, const std::function<void(const LearningProgress&)>& told,
                                      const std::stop_token& stop) = 0;

  /// Forgets the epochs that are kept: the model is saved.
  virtual void forget() = 0;
};

}  // namespace sasrec::retraining
