#pragma once

#include <filesystem>

namespace sasrec::test {

/// A new, empty folder; removed with all it holds at the end. One whose test was killed is removed by a later test.
class TemporaryFolder {
 public:
  enum class Place {
    kMemory,  ///< /dev/shm where there is such a place, so that fsync costs nothing; for small files
    kDisk,    ///< the system's temporary folder; for servers, as /dev/shm is small in containers
  };

  explicit TemporaryFolder(Place place = Place::kMemory);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  bool make_in(const std::filesystem::path& parent);

  std::filesystem::path path_;
  int lock_ = -1;
};

/// Removes the folders in `parent` that tests of this account left when they were killed. The first TemporaryFolder of
/// a process calls it.
void remove_abandoned_folders(const std::filesystem::path& parent);

}  // namespace sasrec::test
