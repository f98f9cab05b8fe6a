#include "checkpoint/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace sasrec::checkpoint {

base::Result<FolderLock> FolderLock::acquire(const std::filesystem::path& root) {
  const auto path = root / ".lock";
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.is_open()) return system_failure("open", path, errno);
  while (::flock(file.number(), LOCK_EX) != 0) {
    if (errno != EINTR) return system_failure("lock", path, errno);
  }
  return FolderLock(std::move(file));
}

}  // namespace sasrec::checkpoint
