#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "checkpoint/file_descriptor.hpp"

namespace sasrec::checkpoint {

/// Holds the checkpoints folder's lock (its file .lock) against other processes and threads while it lives; ends with
/// the process, however that ends. Taken only to choose a name and rename, so nobody waits long.
class FolderLock {
 public:
  /// Waits until it has the lock.
  static base::Result<FolderLock> acquire(const std::filesystem::path& root);

 private:
  explicit FolderLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace sasrec::checkpoint
