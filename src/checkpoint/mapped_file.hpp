#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "checkpoint/file_descriptor.hpp"

namespace sasrec::checkpoint {

/// A file's bytes, mapped read-only while this object lives. Whoever checks and uses the same mapping cannot be given
/// another file in between. The file must not be shortened while it is mapped; files of a version never change in
/// place.
class MappedFile {
 public:
  /// Maps `name` in the open folder. `folder_path` is for messages. Only regular files: a symbolic link, a pipe or a
  /// device is kCorrupt. kNotFound: there is no such file. kIo: it cannot be read. Cost: no byte is read yet.
  static base::Result<MappedFile> open(const FileDescriptor& folder, const std::filesystem::path& folder_path,
                                       const std::string& name);
  /// The same by path, whose folders may be links.
  static base::Result<MappedFile> open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const;

 private:
  static base::Result<MappedFile> open_at(int folder, const std::filesystem::path& name,
                                          const std::filesystem::path& shown);
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sasrec::checkpoint
