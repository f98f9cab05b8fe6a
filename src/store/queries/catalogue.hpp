#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/item.hpp"
#include "store/connection.hpp"
#include "store/queued_call.hpp"

namespace sasrec::store {

base::Result<void> check_item(const bus::CatalogueItem& item);
base::Result<void> check_items(const std::vector<bus::CatalogueItem>& items);

/// All lists in one transaction. The last of equal ids counts, also across the lists. A row that would
/// stay as it is isn't written. Empty attributes are an empty object.
base::Result<std::vector<base::Result<std::size_t>>> put_items(
    Connection& connection, std::span<const Attempt<std::vector<bus::CatalogueItem>>> calls, Deadline deadline);
base::Result<std::size_t> put_items(Connection& connection, std::span<const bus::CatalogueItem> items,
                                    Deadline deadline);

/// The changes as if one after the other, in one transaction. Returns how many ids.
base::Result<std::size_t> change_items(Connection& connection, std::span<const bus::ItemChange> changes,
                                       Deadline deadline);

base::Result<std::vector<bus::CatalogueItem>> changed_items(Connection& connection, base::Time since,
                                                            std::size_t max_count, Deadline deadline);

}  // namespace sasrec::store
