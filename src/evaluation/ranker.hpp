#pragma once

#include <functional>
#include <span>

#include "base/ids.hpp"

namespace sasrec::evaluation {

/// A user's items before the one to predict, oldest first. May hold base::kPadding for items unknown to the model: a
/// ranker skips those.
using History = std::span<const base::ItemIndex>;

/// Scores the whole catalogue for several histories at once.
/// scores   [histories.size(), items + 1], row-major; column i belongs to ItemIndex i; column 0 is not read afterwards
/// Called from EvaluateOptions::threads threads at a time.
using Ranker = std::function<void(std::span<const History> histories, std::span<float> scores)>;

}  // namespace sasrec::evaluation
