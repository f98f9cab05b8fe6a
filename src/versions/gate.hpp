#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "evaluation/paired.hpp"

namespace sasrec::versions {

/// The model that is served, on the same cases as the candidate. Neither has learned from any of them.
struct Rival {
  double ndcg = 0;
  evaluation::PairedDifference difference;  ///< the candidate's NDCG@10 minus the rival's, case by case
};

/// What the quality gate looks at: NDCG@10 of each on the very same cases of a holdout that the candidate has not
/// learned from.
struct GateScores {
  std::size_t cases = 0;
  double candidate = 0;
  double popularity = 0;
  bool is_served = false;      ///< whether a model is served
  std::optional<Rival> rival;  ///< that model; none if it knows too many of the cases to be compared
};

struct GateOptions {
  double tolerance = 0.02;     ///< how much worse than the serving model the candidate may be, as a share of its NDCG
  std::size_t min_cases = 20;  ///< with fewer nothing can be said
};

enum class GateCode {
  kBetter,           ///< than the serving model, beyond chance
  kNotWorse,         ///< than the serving model, by more than chance and tolerance allow
  kNoRival,          ///< it beats popularity, and no model was served before
  kPopularityOnly,   ///< it beats popularity; the serving model knows too many of the cases
  kBelowPopularity,  ///< rejected
  kWorse,            ///< rejected: worse than the serving model, beyond chance and tolerance
  kTooFewCases,      ///< rejected
};

/// "better", "not-worse", "no-rival", "popularity-only", "below-popularity", "worse", "too-few-cases".
std::string_view to_string(GateCode code);

struct Verdict {
  bool passed = false;
  GateCode code = GateCode::kTooFewCases;
  std::string reason;  ///< with the numbers; also where it passed
};

/// A candidate passes if it beats popularity and is not worse than the serving model. It is worse if its NDCG@10 falls
/// short by more than the tolerance, and by more than chance explains (one-sided 95 %, from the differences per case):
/// of candidates as good as the serving model at most one in twenty is rejected. Equal to popularity is not better; a
/// score that is not a number passes nothing.
Verdict decide(const GateScores& scores, const GateOptions& options);

}  // namespace sasrec::versions
