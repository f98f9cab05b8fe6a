#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "pipeline/stores.hpp"

namespace sasrec::pipeline {

/// What is popular of late, kept in memory: the answer for users that the model knows nothing of. Thread-safe.
class PopularItems {
 public:
  struct Options {
    std::chrono::hours window{24 * 30};  ///< before the newest interaction
    std::size_t most = 2000;             ///< enough to leave out what a user has seen
  };

  explicit PopularItems(InteractionStore& store) : PopularItems(store, Options{}) {}
  PopularItems(InteractionStore& store, Options options);

  /// By falling score; never null, empty before the first refresh.
  std::shared_ptr<const std::vector<ScoredId>> get() const;

  base::Result<void> refresh();
  /// Refreshes at once and then every `interval` until `stop`; keeps the old list while the store is down.
  void run(const std::stop_token& stop, std::chrono::milliseconds interval);

 private:
  InteractionStore& store_;
  Options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<ScoredId>> items_;  // guarded by mutex_; shared as in CatalogueCache
};

}  // namespace sasrec::pipeline
