#pragma once

#include <cstddef>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::recommend {

/// Reads reference.json's "item_counts": the training interactions of ItemIndex 1 to `items`, in that order. Returns
/// all items by falling count, equal counts by rising ItemIndex. Where there are no counts (a model trained elsewhere),
/// all are 0. kCorrupt if it is no list of `items` numbers of 0 or more; the message says where.
base::Result<std::vector<retrieval::ScoredItem>> popular_items(const boost::json::object& reference, std::size_t items);

}  // namespace sasrec::recommend
