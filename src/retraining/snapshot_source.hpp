#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.hpp"
#include "dataset/log.hpp"
#include "dataset/sequences.hpp"

namespace sasrec::retraining {

/// All interactions as they were at one moment.
struct Snapshot {
  dataset::InteractionLog log;       ///< items only: users and interactions are in `sequences`
  dataset::LogSequences sequences;   ///< per user, by time, equal times in order of arrival; seconds
  std::int64_t through_ordinal = 0;  ///< the newest by order of arrival; 0: there are none
};

/// Where a training run reads the interactions.
class SnapshotSource {
 public:
  SnapshotSource() = default;
  SnapshotSource(const SnapshotSource&) = delete;
  SnapshotSource& operator=(const SnapshotSource&) = delete;
  virtual ~SnapshotSource() = default;

  /// Blocks. kUnavailable: the source can't be reached now; read again.
  /// through_ordinal   only what had arrived up to here; none: all
  /// told              called now and then with the number of interactions read so far
  virtual base::Result<Snapshot> read(std::optional<std::int64_t> through_ordinal,
                                      const std::function<void(std::size_t)>& told) = 0;
};

}  // namespace sasrec::retraining
