#include "support/fakes/fake_catalogue_store.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sasrec::test {

using bus::CatalogueItem;

void FakeCatalogueStore::put(std::vector<CatalogueItem> items, base::Done<std::size_t> done) {
  outage_.submit([this, items = std::move(items), done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::set<std::string> ids;
    const auto now = clock_();
    for (auto item : items) {
      item.updated = now;
      ids.insert(item.id);
      add(std::move(item));
    }
    done(ids.size());
  });
}

base::Result<std::size_t> FakeCatalogueStore::change(std::span<const bus::ItemChange> changes) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  std::set<std::string> ids;
  for (const auto& [item, withdrawn] : changes) {
    ids.insert(item.id);
    auto changed = withdrawn ? find(item.id).value_or(CatalogueItem{.id = item.id}) : item;
    if (withdrawn) changed.available = false;
    changed.updated = clock_();
    add(std::move(changed));
  }
  return ids.size();
}

std::optional<CatalogueItem> FakeCatalogueStore::find(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = items_.find(id);
  return found == items_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<std::vector<CatalogueItem>> FakeCatalogueStore::changed(base::Time since, std::size_t max_count) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  std::vector<CatalogueItem> changed;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, item] : items_) {
    if (item.updated >= since) changed.push_back(item);
  }
  std::ranges::stable_sort(changed, {}, &CatalogueItem::updated);
  if (changed.size() > max_count) changed.resize(max_count);
  return changed;
}

void FakeCatalogueStore::add(CatalogueItem item) {
  const std::scoped_lock lock(mutex_);
  auto id = item.id;
  items_.insert_or_assign(std::move(id), std::move(item));
}

}  // namespace sasrec::test
