#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/metrics.hpp"
#include "dataset/log.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/report.hpp"
#include "recommend/model.hpp"
#include "retraining/held_back.hpp"
#include "versions/gate.hpp"

namespace sasrec::retraining {

/// What a candidate is judged on: the test part of a split, which it has not learned from.
struct Holdout {
  const dataset::InteractionLog& log;
  const dataset::LogSequences& sequences;
  const dataset::Split& split;
};

/// The model that is served, and what it has not learned from.
struct ServingModel {
  std::shared_ptr<const recommend::Model> model;  ///< null: none
  HeldBack held;
};

struct Judgement {
  evaluation::Report report;  ///< of the candidate, beside the baselines
  versions::GateScores scores;
  versions::Verdict verdict;
  std::string serving;  ///< the version that is served; empty: none

  /// What metrics.json keeps of it.
  checkpoint::GateRecord record() const;
};

/// Ranks the holdout with the engine, for the candidate, the serving model and popularity, on the very same cases:
/// those that ask for an item the user has not had before; at most `max_cases`, evenly picked. Cases that the serving
/// model may know are left out. Where too few remain (fewer than 200, and less than half of them), all count, and the
/// serving model is not compared.
Judgement judge(const Holdout& holdout, const std::shared_ptr<const recommend::Model>& candidate,
                const ServingModel& serving, const versions::GateOptions& options, std::size_t threads,
                std::size_t max_cases = 10'000);

}  // namespace sasrec::retraining
