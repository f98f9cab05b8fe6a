#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stores.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Items in memory, with the rules of pipeline::CatalogueStore. Thread-safe.
class FakeCatalogueStore : public pipeline::CatalogueStore {
 public:
  explicit FakeCatalogueStore(base::Clock clock = base::now) : clock_(std::move(clock)) {}

  void put(std::vector<pipeline::CatalogueItem> items, pipeline::Done<std::size_t> done) override;
  base::Result<std::size_t> change(std::span<const pipeline::ItemChange> changes) override;
  base::Result<std::vector<pipeline::CatalogueItem>> changed(base::Time since, std::size_t most) override;

  FakeOutage& outage() { return outage_; }
  /// Puts an item in as put() would, with the time `item.updated`.
  void add(pipeline::CatalogueItem item);
  std::optional<pipeline::CatalogueItem> find(const std::string& id) const;

 private:
  base::Clock clock_;
  FakeOutage outage_;
  mutable std::mutex mutex_;
  std::map<std::string, pipeline::CatalogueItem> items_;
};

}  // namespace sasrec::test
