#pragma once

#include <span>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/checkpoint.hpp"
#include "model/encoder.hpp"
#include "retrieval/search.hpp"

namespace sasrec::recommend {

/// The maximum difference between a score and the golden one, relative to the larger of 1 and the score.
inline constexpr float kGoldenTolerance = 1e-4F;

/// Compares one golden top k with the engine's result, both in ranking order. The scores must agree rank by rank within
/// kGoldenTolerance, and the items must be the same, with one exception: items whose golden scores differ by less than
/// the tolerance may be swapped, also with an item just below the golden list. kCorrupt names the rank that differs.
base::Result<void> compare_golden(std::span<const checkpoint::GoldenItem> golden,
                                  std::span<const retrieval::ScoredItem> ranked, const base::Vocabulary& vocabulary);

/// Computes the answer to every golden history and compares it. kCorrupt names the answer that differs.
base::Result<void> check_golden_answers(std::span<const checkpoint::GoldenAnswer> golden,
                                        const base::Vocabulary& vocabulary, const model::Encoder& encoder,
                                        retrieval::Search& search);

}  // namespace sasrec::recommend
