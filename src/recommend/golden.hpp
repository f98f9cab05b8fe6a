#pragma once

#include <span>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/checkpoint.hpp"
#include "model/encoder.hpp"
#include "retrieval/search.hpp"

namespace sasrec::recommend {

/// How far a score may be from the golden one, relative to the larger of 1 and the score.
inline constexpr float kGoldenTolerance = 1e-4F;

/// Compares one golden top k with what the engine gives, in ranking order: the scores rank by rank within
/// kGoldenTolerance, and the same items, but that items whose golden scores differ by less than the tolerance may stand
/// in another order, and may have changed places with an item just below the golden list. kCorrupt says which rank
/// differs and how.
base::Result<void> compare_golden(std::span<const checkpoint::GoldenItem> golden,
                                  std::span<const retrieval::ScoredItem> ranked, const base::Vocabulary& vocabulary);

/// Runs every golden history through the engine and compares. kCorrupt names the answer that differs.
base::Result<void> check_golden_answers(std::span<const checkpoint::GoldenAnswer> golden,
                                        const base::Vocabulary& vocabulary, const model::Encoder& encoder,
                                        retrieval::Search& search);

}  // namespace sasrec::recommend
