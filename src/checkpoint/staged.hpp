#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "checkpoint/file_system.hpp"
#include "checkpoint/folder_lock.hpp"

namespace sasrec::checkpoint {

/// A version that is written but has no name yet: the folder tmp-<uuid>/ in the checkpoints folder. Checkpoint::open
/// reads it like any version; Directory::list() and CURRENT do not know it. Destroying the object removes the folder,
/// unless publish() has given it a name. What a killed process leaves is removed by a later save.
class Staged {
 public:
  Staged(Staged&& other) noexcept;
  Staged& operator=(Staged&&) = delete;
  ~Staged();

  const std::filesystem::path& folder() const { return folder_; }

  /// Gives the version its name, which is returned. With `metrics` these replace the staged ones first: what is
  /// measured on the staged version can be part of it, and the weights are written once. At most one call succeeds. On
  /// failure the checkpoints folder has no new version.
  base::Result<std::string> publish(std::chrono::system_clock::time_point now,
                                    const std::optional<boost::json::object>& metrics = std::nullopt);

 private:
  friend class Directory;
  Staged(FileSystem& files, std::filesystem::path folder) : files_(&files), folder_(std::move(folder)) {}

  base::Result<void> replace_metrics(const boost::json::object& metrics);

  FileSystem* files_;
  std::filesystem::path folder_;     // empty: published, or moved from
  std::optional<FolderLock> claim_;  // keeps a long-lived stage from being taken for a leftover
};

}  // namespace sasrec::checkpoint
