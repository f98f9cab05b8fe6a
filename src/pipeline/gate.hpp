#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace sasrec::pipeline {

/// What the quality gate looks at: NDCG@10 of each on the very same cases of a holdout that the candidate has not
/// learned from.
struct GateScores {
  std::size_t cases = 0;
  double candidate = 0;
  double popularity = 0;
  std::optional<double> serving;  ///< none: no model is served
  /// Whether the serving model has learned from cases of the holdout: then it has an advantage that it won't have for
  /// what comes next.
  bool serving_knows_cases = false;
};

struct GateOptions {
  double tolerance = 0.02;       ///< how much worse than the serving model the candidate may be, as a share of its NDCG
  std::size_t least_cases = 20;  ///< with fewer nothing can be said
};

struct Verdict {
  bool passed = false;
  std::string reason;  ///< with the numbers; also where it passed
};

/// A candidate passes if it beats popularity and is not worse than the serving model by more than the tolerance. Equal
/// to popularity is not better; a score that is not a number passes nothing.
Verdict judge(const GateScores& scores, const GateOptions& options);

}  // namespace sasrec::pipeline
