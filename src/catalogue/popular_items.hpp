#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "catalogue/popularity_store.hpp"

namespace sasrec::catalogue {

/// What is popular, kept in memory: the answer for users that the model knows nothing of. Thread-safe.
class PopularItems {
 public:
  struct Options {
    /// So many that k are left, whatever a request excludes and its user has seen.
    std::size_t max_items = bus::kMaxK + bus::kMaxExclude + bus::kMaxHistory;
    /// How long a ranking without any item is waited for while the counting has not been up to date once.
    std::chrono::milliseconds patience{5'000};
  };

  explicit PopularItems(PopularityStore& store) : PopularItems(store, Options{}) {}
  PopularItems(PopularityStore& store, Options options);

  /// In the order of PopularRanking; never null, empty before the first refresh.
  std::shared_ptr<const std::vector<base::ScoredId>> get() const;

  /// Whether it was read, and held something or all that there is. True for good once it is.
  bool loaded() const { return loaded_; }

  /// Reads the ranking if it has changed; else get() gives the same object as before.
  base::Result<void> refresh();
  /// Refreshes at once, then often until it is loaded and every `interval` from then on, until `stop`; keeps the old
  /// list while the store is down.
  void run(const std::stop_token& stop, std::chrono::milliseconds interval);

 private:
  PopularityStore& store_;
  Options options_;
  std::atomic<bool> loaded_ = false;
  std::mutex refreshing_;                                       // one refresh at a time
  std::optional<std::int64_t> revision_;                        // guarded by refreshing_
  std::optional<std::chrono::steady_clock::time_point> first_;  // guarded by refreshing_; the first time it was read
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<base::ScoredId>> items_;  // guarded by mutex_; shared as in CatalogueCache
};

/// Has the interactions counted as they arrive, every `interval` until `stop`, and what has accumulated at once.
/// Logs when the store is down, and when it is back. Any number of processes may run it: one of them counts.
void count_popular(PopularityStore& store, const std::stop_token& stop, std::chrono::milliseconds interval);

}  // namespace sasrec::catalogue
