#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace sasrec::checkpoint {

/// Owns a file descriptor of the operating system.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

  /// Closes now, so that an error of closing can be seen: false, with errno set.
  bool close();

 private:
  int number_ = -1;
};

/// Opens a folder for reading its entries. A symbolic link is refused. kNotFound, kCorrupt (a link) or kIo.
base::Result<FileDescriptor> open_folder(const std::filesystem::path& path);

/// kIo with what was tried, the path, and the system's reason for `error_number`: "cannot write /a/b: No space left on
/// device".
base::Failure system_failure(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace sasrec::checkpoint
