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
  std::string user;  ///< empty if even that could not be read
  std::vector<std::string> items;
};

/// Histories of many users, from a file, chunk by chunk in the file's order.
class HistorySource {
 public:
  /// Histories in one chunk; JSON Lines chunks also end at some 16 MiB of text, so memory stays bounded whatever the
  /// file.
  static constexpr std::size_t kChunk = 4096;

  virtual ~HistorySource() = default;

  /// Histories in all, wrong ones too.
  virtual std::size_t total() const = 0;

  /// Goes on to the next chunk and returns its size; 0 at the end.
  virtual base::Result<std::size_t> load_chunk() = 0;

  /// Writes history n of the present chunk, reusing its memory. kInvalidInput: it is wrong; the message names line and
  /// reason, and `history.user` is set if that much is known. Thread-safe between calls of load_chunk().
  virtual base::Result<void> read(std::size_t n, UserHistory& history) const = 0;
};

/// Opens a file of histories: JSON Lines {"user":"u","history":["a","b"]}, one user a line; or any log of interactions
/// that dataset::import_interactions reads (users in order of first appearance). Which one is told by content. What is
/// left out of a log is printed to standard error.
base::Result<std::unique_ptr<HistorySource>> open_histories(const std::filesystem::path& path,
                                                            const dataset::ImportOptions& options);

}  // namespace sasrec::apps
