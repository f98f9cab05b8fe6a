#pragma once

#include <filesystem>

namespace sasrec::test {

/// A new, empty folder for small files; removed with all it holds at the end. It lies in memory (/dev/shm) where there
/// is such a place, so that fsync costs nothing, else in the system's temporary folder.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sasrec::test
