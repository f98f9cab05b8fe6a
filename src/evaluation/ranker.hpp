#pragma once

#include <functional>
#include <span>

#include "base/ids.hpp"

namespace sasrec::evaluation {

/// A user's items before the one to predict, oldest first. base::kPadding means an item that the model does not know: a
/// ranker skips it.
using History = std::span<const base::ItemIndex>;

/// Scores the whole catalogue for several histories at once. EvaluateOptions::threads threads call it at the same time.
///
/// scores   [histories.size(), items + 1], row-major; column i belongs to ItemIndex i; column 0 is not read
using Ranker = std::function<void(std::span<const History> histories, std::span<float> scores)>;

}  // namespace sasrec::evaluation
