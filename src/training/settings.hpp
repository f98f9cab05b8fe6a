#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "checkpoint/config.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::training {

enum class Loss {
  kBce,             ///< binary cross-entropy, one sampled negative per position (the SASRec paper)
  kGbce,            ///< generalised binary cross-entropy (gSASRec, Petrov & Macdonald 2023, arXiv:2308.07192)
  kSoftmax,         ///< cross-entropy over the whole catalogue
  kSampledSoftmax,  ///< cross-entropy over the target and shared negatives, corrected by their sampling probability
};

/// Which parts of a history longer than max_length an epoch learns from.
enum class Windows {
  kLast,  ///< the newest max_length items only (the SASRec paper)
  kAll,   ///< all of it, cut into windows at different places each epoch
};

enum class Schedule {
  kConstant,  ///< the learning rate stays after the warm-up
  kCosine,    ///< it falls to zero at the last epoch along a half cosine
};

std::string_view to_string(Loss loss);
std::string_view to_string(Windows windows);
std::string_view to_string(Schedule schedule);

/// The properties of a data set that the default recipe depends on.
struct DataShape {
  std::size_t users = 0;
  std::size_t items = 0;
  std::size_t interactions = 0;  ///< in the training part
  std::size_t length_p90 = 0;    ///< 90th percentile of the users' training lengths
};

DataShape shape_of(const dataset::Sequences& sequences, const dataset::Split& split, std::size_t items);

/// Everything except the data that determines the trained model.
struct Settings {
  std::string recipe = "default";
  checkpoint::ModelConfig model;
  Loss loss = Loss::kSoftmax;
  std::size_t negatives = 0;  ///< bce: per position (always 1); gbce, sampled_softmax: shared by a step; softmax: none
  double gbce_t = 0.75;       ///< calibration t of gSASRec
  double item_deviation = 0.02;  ///< standard deviation of the item embedding at the start
  Windows windows = Windows::kAll;
  std::size_t batch = 128;         ///< sequences per step
  std::size_t epochs = 100;        ///< at most
  std::size_t patience = 10;       ///< evaluations without a better validation NDCG@10 before training stops
  std::size_t evaluate_every = 1;  ///< epochs between two evaluations
  double learning_rate = 1e-3;
  Schedule schedule = Schedule::kConstant;
  std::size_t warmup_steps = 100;        ///< steps in which the learning rate rises from 0
  double beta2 = 0.98;                   ///< of Adam
  double weight_decay = 0;               ///< decoupled (AdamW)
  std::size_t validation_cases = 10000;  ///< maximum number ranked per evaluation, picked evenly
  std::uint64_t seed = 42;
};

/// The settings for a data set: those of the recipe, changed by each override in turn.
///
/// recipe      "default": chosen from the data's shape by the rule in docs/training.md;
///             "paper": SASRec, Kang & McAuley 2018, as published for ML-1M
/// overrides   "name=value", e.g. "loss=bce", "hidden=128"
/// errors      kInvalidInput names the recipe, setting or value that is wrong and what is allowed
base::Result<Settings> make_settings(std::string_view recipe, const DataShape& data,
                                     std::span<const std::string> overrides);

/// The number of threads, at most `cores`, that speeds a run up: one per 384 items of a step. Threads with smaller
/// shares lose more time waiting for each other than they save, above all if another program competes for the cores.
/// The number depends on data and settings only: it decides in which order sums are made, and so the last bits of the
/// weights.
std::size_t useful_threads(const Settings& settings, const DataShape& data, std::size_t cores);

/// The "training" part of config.json: every setting under the name that overrides use, except those of the model.
boost::json::object to_json(const Settings& settings);

}  // namespace sasrec::training
