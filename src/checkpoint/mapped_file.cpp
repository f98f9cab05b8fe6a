#include "checkpoint/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace sasrec::checkpoint {

using base::ErrorCode;
using base::fail;

base::Result<MappedFile> MappedFile::open(const FileDescriptor& folder, const std::filesystem::path& folder_path,
                                          const std::string& name) {
  return open_at(folder.number(), name, folder_path / name);
}

base::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  return open_at(AT_FDCWD, path, path);
}

base::Result<MappedFile> MappedFile::open_at(int folder, const std::filesystem::path& name,
                                             const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to would block.
  const FileDescriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return fail(ErrorCode::kNotFound, "{} is missing", path.string());
    if (errno == ELOOP) return fail(ErrorCode::kCorrupt, "{} is a symbolic link", path.string());
    return system_failure("open", path, errno);
  }
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return system_failure("examine", path, errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kCorrupt, "{} is no regular file", path.string());
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(nullptr, 0);  // nothing can be mapped
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (data == MAP_FAILED) return system_failure("map", path, errno);
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::string_view MappedFile::text() const {
  return {reinterpret_cast<const char*>(data_), size_};
}

}  // namespace sasrec::checkpoint
