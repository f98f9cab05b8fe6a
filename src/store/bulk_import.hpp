#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "bus/item.hpp"
#include "bus/records.hpp"

namespace sasrec::store {

struct ImportProgress {
  std::size_t read = 0;   ///< rows taken from the source
  std::size_t added = 0;  ///< of these, new in the database; rows of a try whose answer was lost count as there before
};

struct ImportOptions {
  std::size_t rows_together = 50'000;          ///< in one transaction, and in memory
  std::chrono::milliseconds patience{60'000};  ///< how long a database that is away is waited for, each time
  std::function<void(const ImportProgress&)> on_progress;  ///< after each transaction; may be empty
};

/// Gives the next row into its argument; false at the end. An error ends the import and is passed on.
template <class Row>
using Source = std::function<base::Result<bool>(Row&)>;

/// Adds all interactions of `source`; event ids that are stored already add nothing, so it can be repeated after it was
/// cut short. Interactions of equal times keep the source's order. By COPY: 50,000 to 100,000 a second.
/// kInvalidInput names the row that is to blame by its number, from 1; what was committed before it stays.
base::Result<ImportProgress> import_interactions(const std::string& url, const Source<bus::Interaction>& source,
                                                 const ImportOptions& options = {});

/// Adds or replaces items. `added` counts all.
base::Result<ImportProgress> import_items(const std::string& url, const Source<bus::CatalogueItem>& source,
                                          const ImportOptions& options = {});

}  // namespace sasrec::store
