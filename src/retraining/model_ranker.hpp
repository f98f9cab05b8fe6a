#pragma once

#include <memory>

#include "evaluation/ranker.hpp"
#include "recommend/model.hpp"

namespace sasrec::retraining {

/// Scores the whole catalogue with the model, as it would be served: a history without a known item is scored by
/// popularity. The ranker keeps the model alive, may be called from any number of threads at a time, and keeps a
/// workspace for each.
evaluation::Ranker model_ranker(std::shared_ptr<const recommend::Model> model);

}  // namespace sasrec::retraining
