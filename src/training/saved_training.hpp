#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dataset/sequences.hpp"
#include "training/settings.hpp"

namespace sasrec::training {

/// All that an interrupted run needs to go on as if nothing had happened.
struct Progress {
  std::size_t epoch = 0;  ///< epochs finished
  std::size_t step = 0;   ///< optimiser steps taken
  std::size_t best_epoch = 0;
  double best_ndcg = 0;
  std::size_t evaluations_without_gain = 0;
  std::vector<double> epoch_seconds;
  std::vector<at::Tensor> weights, best_weights, first_moments, second_moments;  ///< in the order of named_parameters()
};

/// One file that holds a run's progress, replaced atomically at the end of an epoch. It is tied to the run's
/// fingerprint: with other data or settings it is not taken up.
class SavedTraining {
 public:
  SavedTraining(std::filesystem::path file, std::string fingerprint);

  /// nullopt: the file holds no progress of this run (there is no file, it is another run's, or it is unreadable).
  std::optional<Progress> load() const;
  /// kIo with the system's reason.
  base::Result<void> save(const Progress& progress) const;
  /// Removes the file, if any.
  void clear() const;

 private:
  std::filesystem::path file_;
  std::string fingerprint_;
};

/// Tells runs apart: a hash over settings, vocabulary size, sequences and their training lengths.
std::string fingerprint(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings);

}  // namespace sasrec::training
