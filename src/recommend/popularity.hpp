#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/item_table.hpp"

namespace sasrec::recommend {

/// All items by falling count, equal counts by rising ItemIndex; the score is the count.
/// item_counts   training interactions of ItemIndex 1, 2, …, as reference.json has them
std::vector<retrieval::ScoredItem> popular_items(std::span<const std::uint32_t> item_counts);

}  // namespace sasrec::recommend
