#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bus/records.hpp"
#include "versions/slot.hpp"

namespace sasrec::catalogue {
class Catalogue;
}

namespace sasrec::serving {

/// The message where a model is needed and none is served.
inline constexpr std::string_view kNoModel =
    "no model is served yet: answers come from what is popular, and no item has similar ones; train a model with "
    "`sasrec-trainer train` or POST /v1/training-runs, or activate one with `sasrec model activate`";

struct SimilarItems {
  std::string model;                  ///< the version that was asked
  std::vector<base::ScoredId> items;  ///< by falling cosine
};

/// The k items most similar to `item` in the serving model, without those that the catalogue says are unavailable.
/// kNotFound: the model doesn't know the item. kUnavailable: no model is served yet. kInvalidInput: k is out of range.
/// Cost: one pass over the item table: not for an I/O thread.
base::Result<SimilarItems> similar_items(const versions::Slot& models, const catalogue::Catalogue& catalogue,
                                         std::string_view item, std::size_t k);

}  // namespace sasrec::serving
