#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "retraining/snapshot_source.hpp"

namespace sasrec::store {

using retraining::Snapshot;

struct SnapshotOptions {
  /// Only what had arrived up to here: what a run that was cut short has read.
  std::optional<std::int64_t> through_ordinal;
  std::chrono::milliseconds silence{60'000};  ///< a database that sends nothing for so long is lost
  std::function<void(std::size_t read, std::size_t total)> on_progress;  ///< about once in a hundred thousand rows
};

/// Reads the interactions of the database at `url` in one read-only transaction, by one scan without a sort: it takes
/// no lock that a writer would wait for. Ids become numbers as the rows come in. kUnavailable: the database can't be
/// reached or was lost; read again. Cost: 40 bytes an interaction while it reads (24 afterwards), and each id once;
/// 10 million interactions in some 10 s.
base::Result<Snapshot> read_snapshot(const std::string& url, const SnapshotOptions& options = {});

}  // namespace sasrec::store
