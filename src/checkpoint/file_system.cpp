#include "checkpoint/file_system.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "checkpoint/file_descriptor.hpp"

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using base::fail;

base::Result<void> write_all(const FileDescriptor& file, const std::filesystem::path& path,
                             std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_failure("write", path, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));  // the system may take a part only
  }
  return {};
}

class RealFileSystem final : public FileSystem {
 public:
  base::Result<void> create_directory(const std::filesystem::path& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return system_failure("create", path, error.value());
    return {};
  }

  base::Result<void> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) override {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.is_open()) return system_failure("create", path, errno);
    if (auto written = write_all(file, path, bytes); !written) return written;
    if (::fsync(file.number()) != 0) return system_failure("fsync", path, errno);
    if (!file.close()) return system_failure("close", path, errno);
    return {};
  }

  base::Result<void> sync_directory(const std::filesystem::path& path) override {
    const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open()) return system_failure("open", path, errno);
    if (::fsync(folder.number()) != 0) return system_failure("fsync", path, errno);
    return {};
  }

  base::Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
      return system_failure(fmt::format("rename {} to", from.string()), to, errno);
    }
    return {};
  }

  base::Result<void> remove_all(const std::filesystem::path& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return system_failure("remove", path, error.value());
    return {};
  }
};

}  // namespace

FileSystem& FileSystem::real() {
  static RealFileSystem system;
  return system;
}

}  // namespace sasrec::checkpoint
