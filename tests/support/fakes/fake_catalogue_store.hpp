#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/done.hpp"
#include "bus/item.hpp"
#include "catalogue/catalogue_store.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Items in memory, with the rules of catalogue::CatalogueStore. Thread-safe.
class FakeCatalogueStore : public catalogue::CatalogueStore {
 public:
  explicit FakeCatalogueStore(base::Clock clock = base::now) : clock_(std::move(clock)) {}

  void put(std::vector<bus::CatalogueItem> items, base::Done<std::size_t> done) override;
  base::Result<std::size_t> change(std::span<const bus::ItemChange> changes) override;
  base::Result<std::vector<bus::CatalogueItem>> changed(base::Time since, std::size_t max_count) override;

  FakeOutage& outage() { return outage_; }
  /// Puts an item in as put() would, with the time `item.updated`.
  void add(bus::CatalogueItem item);
  std::optional<bus::CatalogueItem> find(const std::string& id) const;

 private:
  base::Clock clock_;
  FakeOutage outage_;
  mutable std::mutex mutex_;
  std::map<std::string, bus::CatalogueItem> items_;
};

}  // namespace sasrec::test
