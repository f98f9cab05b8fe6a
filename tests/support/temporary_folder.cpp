#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <system_error>

namespace sasrec::test {
namespace {

constexpr const char* kPrefix = "sasrec-test.";
const std::filesystem::path kMemory = "/dev/shm";

/// The lock of a folder that nobody else holds, or -1. The system lets it go when its process ends.
int lock_folder(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0 || ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

TemporaryFolder::TemporaryFolder(Place place) {
  static std::once_flag once;
  std::call_once(once, [] {
    remove_abandoned_folders(kMemory);
    remove_abandoned_folders(std::filesystem::temp_directory_path());
  });
  if (place == Place::kMemory && make_in(kMemory)) return;
  if (make_in(std::filesystem::temp_directory_path())) return;
  throw std::system_error(errno, std::generic_category(), "no temporary folder can be made");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

bool TemporaryFolder::make_in(const std::filesystem::path& parent) {
  std::string pattern = (parent / kPrefix).string() + "XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) return false;
  path_ = pattern;
  lock_ = lock_folder(path_);
  return true;
}

void remove_abandoned_folders(const std::filesystem::path& parent) {
  std::error_code ignored;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix) || !entry.is_directory(ignored)) continue;
    // A new one may not have its lock yet.
    if (now - entry.last_write_time(ignored) < std::chrono::minutes(1)) continue;
    const int lock = lock_folder(entry.path());
    if (lock < 0) continue;
    std::filesystem::remove_all(entry.path(), ignored);
    ::close(lock);
  }
}

}  // namespace sasrec::test
