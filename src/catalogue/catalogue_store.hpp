#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/done.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/item.hpp"

namespace sasrec::catalogue {

class CatalogueStore {
 public:
  CatalogueStore() = default;
  CatalogueStore(const CatalogueStore&) = delete;
  CatalogueStore& operator=(const CatalogueStore&) = delete;
  virtual ~CatalogueStore() = default;

  /// Adds or replaces, all or none; the last of equal ids counts. Returns how many ids.
  virtual void put(std::vector<bus::CatalogueItem> items, base::Done<std::size_t> done) = 0;

  /// Applies the changes as if one after the other, all or none, for the writer. An item that is withdrawn and was not
  /// in the catalogue is put there without a title: a model may know it. Returns how many ids.
  virtual base::Result<std::size_t> change(std::span<const bus::ItemChange> changes) = 0;

  /// Items changed at `since` or later, by rising `updated`, at most `max_count`.
  virtual base::Result<std::vector<bus::CatalogueItem>> changed(base::Time since, std::size_t max_count) = 0;
};

}  // namespace sasrec::catalogue
