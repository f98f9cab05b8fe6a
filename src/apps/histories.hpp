#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dataset/import.hpp"

namespace sasrec::apps {

struct UserHistory {
  std::string user;  ///< empty if it could not be read
  std::vector<std::string> items;
};

/// Reads the histories of many users from a file, chunk by chunk in the file's order.
class HistorySource {
 public:
  /// The maximum number of histories in a chunk. Chunks of JSON Lines also end at about 16 MiB of text, so memory is
  /// bounded.
  static constexpr std::size_t kChunk = 4096;

  virtual ~HistorySource() = default;

  /// The number of histories in the file, including wrong ones.
  virtual std::size_t total() const = 0;

  /// Loads the next chunk and returns its size; 0 at the end.
  virtual base::Result<std::size_t> load_chunk() = 0;

  /// Writes history n of the current chunk to `history`, reusing its memory. kInvalidInput: the history is wrong; the
  /// message names line and reason, and `history.user` is set if it could be read. Several threads may call it between
  /// two calls of load_chunk().
  virtual base::Result<void> read(std::size_t n, UserHistory& history) const = 0;
};

/// Opens a file of histories: JSON Lines {"user":"u","history":["a","b"]} with one user per line, or any log that
/// dataset::import_interactions reads (users in order of first appearance). The form is detected from the content. Rows
/// left out of a log are reported on standard error.
base::Result<std::unique_ptr<HistorySource>> open_histories(const std::filesystem::path& path,
                                                            const dataset::ImportOptions& options);

}  // namespace sasrec::apps
