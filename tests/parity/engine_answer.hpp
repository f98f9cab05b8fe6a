#pragma once

#include <span>
#include <vector>

#include "base/ids.hpp"
#include "model/encoder.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::test {

/// How far the engine may be from LibTorch and PyTorch, in states and scores.
inline constexpr float kTolerance = 1e-4F;

/// What the engine makes of a history.
struct EngineAnswer {
  std::vector<float> state;                ///< [hidden]
  std::vector<float> scores;               ///< [items]
  std::vector<retrieval::ScoredItem> top;  ///< the ten best of all items
};
EngineAnswer ask(const model::Encoder& encoder, const retrieval::ItemTable& table,
                 std::span<const base::ItemIndex> history);

/// Expects these scores [items] and their ten best, in order. Items whose expected scores are within the tolerance of
/// each other may have changed places.
void expect_scores(const EngineAnswer& answer, std::span<const float> scores);

/// Expects all of `values` within the tolerance.
void expect_near(std::span<const float> values, std::span<const float> expected);

}  // namespace sasrec::test
