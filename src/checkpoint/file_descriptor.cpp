#include "checkpoint/file_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sasrec::checkpoint {

using base::ErrorCode;
using base::fail;

FileDescriptor::~FileDescriptor() {
  close();
}

bool FileDescriptor::close() {
  const int number = std::exchange(number_, -1);
  // After EINTR Linux has closed the descriptor all the same.
  return number < 0 || ::close(number) == 0 || errno == EINTR;
}

base::Result<FileDescriptor> open_folder(const std::filesystem::path& path) {
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.is_open()) return folder;
  const int reason = errno;
  std::error_code ignored;
  if (std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored))) {
    return fail(ErrorCode::kCorrupt, "{} is a symbolic link; a version must be a folder of its own", path.string());
  }
  if (reason == ENOENT || reason == ENOTDIR) return fail(ErrorCode::kNotFound, "there is no folder {}", path.string());
  return system_failure("open", path, reason);
}

base::Failure system_failure(std::string_view action, const std::filesystem::path& path, int error_number) {
  return fail(ErrorCode::kIo, "cannot {} {}: {}", action, path.string(), std::generic_category().message(error_number));
}

}  // namespace sasrec::checkpoint
