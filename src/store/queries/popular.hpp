#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/result.hpp"
#include "catalogue/popularity_store.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

base::Result<std::optional<catalogue::PopularRanking>> read_popular(Connection& connection, std::size_t max_count,
                                                                    std::optional<std::int64_t> known,
                                                                    Deadline deadline);

/// Counts interactions into the popular_ tables. Thread-safe: one step at a time.
///
/// Interactions take their ordinals in the order in which they are inserted, but become visible in the order in which
/// their transactions end. So the newest ordinal is noted first, then who is just writing to the table; once all of
/// those have ended, every row up to that ordinal is visible or never will be.
class PopularCount {
 public:
  /// See PopularityStore::count_popular(). Cost: what is new, in pieces; no lock that a writer of interactions meets.
  base::Result<catalogue::Counting> step(Connection& connection, Deadline deadline);

 private:
  struct Horizon {
    std::int64_t ordinal = 0;
    std::set<std::string, std::less<>> writers;  ///< transactions that may hold rows up to it
  };
  /// What one transaction did.
  struct Piece {
    std::int64_t rows = 0;
    bool more = false;
  };

  /// The ordinal up to which all is visible; nothing while somebody still writes.
  base::Result<std::optional<std::int64_t>> settle(Connection& connection, Deadline deadline);
  base::Result<Piece> count(Connection& connection, std::int64_t through, Deadline deadline);
  void prepare_backlog(Connection& connection, std::int64_t through, Deadline deadline);

  std::mutex mutex_;
  std::optional<Horizon> horizon_;  // guarded by mutex_, as all below
  std::int64_t together_ = 0;       // ordinals in the next piece; 0: not chosen yet
  std::int64_t summarized_ = 0;     // the ordinal up to which the index of arrivals was brought up to date
  std::int64_t position_ = 0;       // as the last piece left it
};

}  // namespace sasrec::store
