#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "bus/records.hpp"

namespace sasrec::catalogue {

/// The days that make an item popular: UTC days, the last of which is that of the newest interaction whose time has
/// come by the database's clock.
inline constexpr std::chrono::days kPopularWindow{30};

/// What is popular, as it was counted last.
struct PopularRanking {
  /// By falling number of interactions within the window, which is the score; equal ones by falling number of all their
  /// interactions, then by id. So items without one in the window follow, with score 0, by what they had before it.
  std::vector<base::ScoredId> items;
  std::int64_t revision = 0;  ///< grows whenever the counts change
  bool complete = false;      ///< whether the counting has been up to date once, or there is nothing to count
};

/// What a step of counting leaves.
enum class Counting : std::uint8_t {
  kIdle,     ///< all is counted, or another process counts
  kWaiting,  ///< interactions are just being written: go on in a moment
  kMore,     ///< there is more to count: go on at once
};

/// Counts of interactions by item, kept by the database. All methods block until done, with the errors of the other
/// store ports (pipeline/stores.hpp), and are thread-safe.
class PopularityStore {
 public:
  PopularityStore() = default;
  PopularityStore(const PopularityStore&) = delete;
  PopularityStore& operator=(const PopularityStore&) = delete;
  virtual ~PopularityStore() = default;

  /// The first `max_count` of the ranking; nothing if it is still that of revision `known`. Cost: one row, or
  /// `max_count` rows.
  virtual base::Result<std::optional<PopularRanking>> popular(std::size_t max_count,
                                                              std::optional<std::int64_t> known) = 0;

  /// Counts a bounded piece of what has arrived, was deleted or has come to its time since the last call, by whichever
  /// process. Each interaction counts once, however late its transaction ends; one whose time is still to come counts
  /// from then on. One process at a time counts, the others return at once.
  virtual base::Result<Counting> count_popular() = 0;
};

}  // namespace sasrec::catalogue
