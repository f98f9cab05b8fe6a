#include "versions/gate.hpp"

#include <fmt/format.h>

namespace sasrec::versions {
namespace {

Verdict against(const Rival& rival, const std::string& measured, const GateOptions& options) {
  const double margin = rival.difference.margin();
  const double needed = rival.ndcg * (1 - options.tolerance);
  const auto compared =
      fmt::format("{}, the serving model {:.4f}; the difference is {:+.4f}, and chance explains up to {:.4f}", measured,
                  rival.ndcg, rival.difference.mean, margin);
  const bool within_tolerance = rival.ndcg + rival.difference.mean >= needed;
  const bool within_chance = rival.difference.mean + margin >= 0;
  const bool is_number = rival.ndcg >= 0;
  if (!is_number || (!within_tolerance && !within_chance)) {
    return {false, GateCode::kWorse,
            fmt::format("{}: it is worse, and by more than the tolerance of {} %", compared, options.tolerance * 100)};
  }
  if (rival.difference.mean - margin > 0) return {true, GateCode::kBetter, compared + ": it is better"};
  return {true, GateCode::kNotWorse, compared + ": it is not worse"};
}

}  // namespace

std::string_view to_string(GateCode code) {
  switch (code) {
    case GateCode::kBetter:
      return "better";
    case GateCode::kNotWorse:
      return "not-worse";
    case GateCode::kNoRival:
      return "no-rival";
    case GateCode::kPopularityOnly:
      return "popularity-only";
    case GateCode::kBelowPopularity:
      return "below-popularity";
    case GateCode::kWorse:
      return "worse";
    case GateCode::kTooFewCases:
      return "too-few-cases";
  }
  return "";
}

Verdict decide(const GateScores& scores, const GateOptions& options) {
  // On a handful of cases chance alone moves NDCG by more than any tolerance.
  if (scores.cases < options.min_cases) {
    return {false, GateCode::kTooFewCases,
            fmt::format("the holdout has {} cases; {} are needed to judge a model", scores.cases, options.min_cases)};
  }
  const auto measured = fmt::format("NDCG@10 on {} cases: the candidate has {:.4f}, popularity {:.4f}", scores.cases,
                                    scores.candidate, scores.popularity);
  // Written as a negation so that a score that is no number fails it.
  if (!(scores.candidate > scores.popularity)) {
    return {false, GateCode::kBelowPopularity, measured + ": it has to beat popularity"};
  }
  if (scores.rival) return against(*scores.rival, measured, options);
  if (!scores.is_served) return {true, GateCode::kNoRival, measured + "; no model was served before"};
  return {true, GateCode::kPopularityOnly,
          measured + "; the serving model may have learned from these cases, so it was not compared"};
}

}  // namespace sasrec::versions
