#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/messages.hpp"
#include "recommend/model_slot.hpp"

namespace sasrec::pipeline {

struct SimilarItems {
  std::string model;            ///< the version that was asked
  std::vector<ScoredId> items;  ///< by falling cosine
};

/// The k items most like `item` in the model that is served. kNotFound: the model doesn't know the item. kUnavailable:
/// there is no model yet. Cost: one pass over the item table: not for an I/O thread.
base::Result<SimilarItems> similar_items(const recommend::ModelSlot& models, std::string_view item, std::size_t k);

}  // namespace sasrec::pipeline
