#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "checkpoint/file_descriptor.hpp"

namespace sasrec::checkpoint {

/// A lock against other processes and threads, held while the object exists. It ends with the process, however that
/// ends.
class FolderLock {
 public:
  /// The lock of the checkpoints folder `root`, by its file .lock. Waits until it has the lock. It is held only to
  /// choose a name and rename, so nobody waits long.
  static base::Result<FolderLock> acquire(const std::filesystem::path& root);
  /// The lock of a folder itself, by which its writer says that it still needs the folder. kUnavailable: another holder
  /// has it.
  static base::Result<FolderLock> claim(const std::filesystem::path& folder);

 private:
  explicit FolderLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace sasrec::checkpoint
