#include "checkpoint/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace sasrec::checkpoint {

base::Result<FolderLock> FolderLock::acquire(const std::filesystem::path& root) {
  const auto path = root / ".lock";
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.is_open()) return system_failure("open", path, errno);
  // flock belongs to the open file, so it also works between threads, and the kernel releases it when a process dies.
  while (::flock(file.number(), LOCK_EX) != 0) {
    if (errno != EINTR) return system_failure("lock", path, errno);
  }
  return FolderLock(std::move(file));
}

base::Result<FolderLock> FolderLock::claim(const std::filesystem::path& folder) {
  auto file = open_folder(folder);
  if (!file) return base::Failure(file.error());
  while (::flock(file->number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return base::fail(base::ErrorCode::kUnavailable, "{} is in use", folder.string());
    if (errno != EINTR) return system_failure("lock", folder, errno);
  }
  return FolderLock(std::move(*file));
}

}  // namespace sasrec::checkpoint
