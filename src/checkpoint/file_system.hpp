#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.hpp"

namespace sasrec::checkpoint {

/// The operations through which a Directory changes the disk. The one seam at which tests let the disk fail.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The operating system's own.
  static FileSystem& real();

  /// Missing parents too; a folder that exists already is no failure.
  virtual base::Result<void> create_directory(const std::filesystem::path& path) = 0;
  /// Creates `path` (which must not exist), writes all bytes, and fsyncs it.
  virtual base::Result<void> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) = 0;
  virtual base::Result<void> sync_directory(const std::filesystem::path& path) = 0;
  /// Atomic; replaces a file, never a folder that holds something.
  virtual base::Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual base::Result<void> remove_all(const std::filesystem::path& path) = 0;
};

}  // namespace sasrec::checkpoint
