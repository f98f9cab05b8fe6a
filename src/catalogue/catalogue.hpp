#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "bus/item.hpp"
#include "catalogue/catalogue_store.hpp"

namespace sasrec::catalogue {

/// All items as they were at one moment. Immutable; thread-safe.
class Catalogue {
 public:
  /// Ids must differ.
  explicit Catalogue(std::vector<bus::CatalogueItem> items);
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  std::size_t size() const { return items_.size(); }
  const std::vector<bus::CatalogueItem>& items() const { return items_; }  ///< by id
  /// All categories of available items with how many such items each has: those with the most first, then by name.
  const std::vector<std::pair<std::string, std::size_t>>& categories() const { return category_counts_; }
  /// Null if the item isn't listed.
  const bus::CatalogueItem* find(std::string_view id) const;
  /// False only for an item that is listed as unavailable: a shop need not list its items.
  bool is_available(std::string_view id) const;
  /// Numbers into items() of those in a category, rising; none for a category that no item is in.
  std::span<const std::uint32_t> in_category(std::string_view category) const;

  /// Items whose id or title fits `query`, at most `max_count`: every word of the query begins a word of the title, or
  /// the query begins the id; without regard to case, accents (Latin and Cyrillic) or punctuation. Best first: the item
  /// of that very id, then titles that begin with the query, then the others; equally good ones by id. An empty query
  /// fits all. If there is none: items of whose titles the words may have typos (typos_between), those with the fewest
  /// first. Cost: one pass over the titles; where nothing fits a second, which takes ten times as long.
  std::vector<const bus::CatalogueItem*> search(std::string_view query, std::size_t max_count) const;

 private:
  /// Numbers of items with how well they fit; less is better.
  using Found = std::vector<std::pair<std::size_t, std::size_t>>;
  Found find_with_typos(std::string_view folded) const;

  std::vector<bus::CatalogueItem> items_;
  std::vector<std::pair<std::string, std::size_t>> category_counts_;
  std::vector<std::string> folded_ids_;
  std::vector<std::string> folded_titles_;  // see fold_words()
  std::unordered_map<std::string_view, std::size_t> index_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> members_;  // of each category
};

/// The catalogue in memory, kept up to date from the store. Thread-safe.
class CatalogueCache {
 public:
  explicit CatalogueCache(CatalogueStore& store);

  /// Never null; empty before the first refresh.
  std::shared_ptr<const Catalogue> get() const;

  /// Whether all of it has been read once. True for good once it is.
  bool loaded() const { return loaded_; }

  /// Reads what has changed since the last time. Reads some seconds more than that: transactions become visible out of
  /// the order of their times. Where nothing is new, get() gives the same object as before.
  base::Result<void> refresh();

  /// Refreshes at once and then every `interval` until `stop`; keeps what it has while the store is down.
  void run(const std::stop_token& stop, std::chrono::milliseconds interval);

 private:
  CatalogueStore& store_;
  std::mutex refreshing_;  // one refresh at a time
  base::Time newest_{};    // guarded by refreshing_
  std::atomic<bool> loaded_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<const Catalogue> catalogue_;  // guarded by mutex_; shared: readers keep theirs while it is replaced
};

}  // namespace sasrec::catalogue
