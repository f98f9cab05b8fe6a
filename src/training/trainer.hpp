#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "training/network.hpp"
#include "training/saved_training.hpp"
#include "training/settings.hpp"

namespace sasrec::training {

/// The progress of a run after a step.
struct StepReport {
  std::size_t epoch = 0;  ///< from 1
  std::size_t step = 0;   ///< from 1, within the epoch
  std::size_t steps = 0;  ///< of this epoch
  double loss = 0;        ///< mean over the epoch so far
};

/// How an epoch ended.
struct EpochReport {
  std::size_t epoch = 0;
  double loss = 0;
  std::optional<double> ndcg;  ///< validation NDCG@10 over the whole catalogue, if this epoch was evaluated
  double best_ndcg = 0;
  std::size_t best_epoch = 0;
  double seconds = 0;  ///< of training, evaluation not counted
};

struct TrainOptions {
  at::Device device = at::kCPU;
  SavedTraining* state = nullptr;  ///< where to save progress and resume from; nullptr: neither
  std::function<void(const StepReport&)> on_step;
  std::function<void(const EpochReport&)> on_epoch;
  std::stop_token stop;  ///< ends the run after the present step with kUnavailable; progress up to the last epoch is
                         ///< kept in `state`
};

struct Trained {
  Sasrec network = nullptr;  ///< with the weights of the best epoch, on the CPU, in evaluation mode
  std::size_t best_epoch = 0;
  std::size_t epochs = 0;  ///< run in all
  double best_ndcg = 0;
  double seconds_per_epoch = 0;  ///< median
  bool resumed = false;
};

/// Trains SASRec on the training part of `split` and returns the weights of the epoch with the best NDCG@10 on its
/// validation part. The test part is never read. If the validation part is empty, or all its targets are in their
/// histories, the last epoch is returned. The optimiser is Adam (Kingma & Ba 2015) with a linear warm-up.
///
/// sequences   items are numbered by a vocabulary of settings.model.items items
/// result      the same for the same data, settings, device and number of torch threads, also across an interruption
/// errors      kInvalidInput: nothing to train on (no user with two items); kIo: progress can't be saved;
///             kUnavailable: `stop` was requested
base::Result<Trained> train(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings,
                            const TrainOptions& options);

/// "auto", "cpu" or "cuda" to a device; auto takes CUDA where a GPU is usable. kInvalidInput: another word, or cuda
/// without a usable GPU (says why).
base::Result<at::Device> parse_device(const std::string& text);

}  // namespace sasrec::training
