#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "dataset/log.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/report.hpp"
#include "pipeline/gate.hpp"
#include "recommend/model.hpp"

namespace sasrec::apps {

/// What a candidate is judged on: the test part of a split, which it has not learned from.
struct Holdout {
  const dataset::InteractionLog& log;
  const dataset::LogSequences& sequences;
  const dataset::Split& split;
};

struct Judgement {
  evaluation::Report report;  ///< of the candidate, beside the baselines
  pipeline::GateScores scores;
  pipeline::Verdict verdict;
  std::string serving;  ///< the version it was compared with; empty: none

  /// metrics.json's "gate".
  boost::json::object to_json() const;
};

/// Ranks the holdout with the engine, for the candidate, the serving model (null: none) and popularity, on the very
/// same cases: those that ask for an item the user has not had before; at most `most_cases`, evenly picked. Where the
/// serving model has learned from some of them, they are left out if enough newer ones remain.
Judgement judge(const Holdout& holdout, const std::shared_ptr<const recommend::Model>& candidate,
                const std::shared_ptr<const recommend::Model>& serving, std::int64_t serving_learned_until,
                const pipeline::GateOptions& options, std::size_t threads, std::size_t most_cases = 10'000);

}  // namespace sasrec::apps
