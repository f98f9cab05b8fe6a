#pragma once

#include <cstddef>
#include <vector>

#include "evaluation/evaluate.hpp"

namespace sasrec::evaluation {

struct Evaluated {
  Metrics metrics;
  std::vector<std::size_t> ranks;  ///< 1-based, one per case that counts, in the order of the cases; kMiss for a miss
};

/// Does what evaluate() does, and also returns the rank of each case, for comparing two models case by case.
Evaluated evaluate_cases(const dataset::Sequences& sequences, std::span<const dataset::Case> cases,
                         std::span<const std::uint32_t> item_counts, const Ranker& ranker,
                         const EvaluateOptions& options);

}  // namespace sasrec::evaluation
