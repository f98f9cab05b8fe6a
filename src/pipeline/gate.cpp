#include "pipeline/gate.hpp"

#include <fmt/format.h>

namespace sasrec::pipeline {

Verdict judge(const GateScores& scores, const GateOptions& options) {
  if (scores.cases < options.least_cases) {
    return {false,
            fmt::format("the holdout has {} cases; {} are needed to judge a model", scores.cases, options.least_cases)};
  }
  const auto measured = fmt::format("NDCG@10 {:.4f} on {} cases", scores.candidate, scores.cases);
  if (!(scores.candidate > scores.popularity)) {
    return {false, fmt::format("{}: popularity alone has {:.4f}", measured, scores.popularity)};
  }
  if (!scores.serving) {
    return {true, fmt::format("{}, popularity {:.4f}, no model served before", measured, scores.popularity)};
  }
  const double needed = *scores.serving * (1 - options.tolerance);
  if (!(scores.candidate >= needed)) {
    return {false,
            fmt::format("{}: the serving model has {:.4f}, and with a tolerance of {} % at least {:.4f} is needed{}",
                        measured, *scores.serving, options.tolerance * 100, needed,
                        scores.serving_knows_cases ? "; it has learned from some of these cases, which newer "
                                                     "interactions will put right"
                                                   : "")};
  }
  return {true,
          fmt::format("{}, popularity {:.4f}, serving model {:.4f}", measured, scores.popularity, *scores.serving)};
}

}  // namespace sasrec::pipeline
