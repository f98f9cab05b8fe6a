#pragma once

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/temporary_folder.hpp"

namespace sasrec::dataset {

/// A file with the given content, gone at the end of the test.
class TextFile {
 public:
  explicit TextFile(std::string_view content, const std::string& name = "log.txt") : path_(folder_.path() / name) {
    std::ofstream(path_, std::ios::binary) << content;
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path path_;
};

/// `text` as a .gz file holds it.
inline std::string gzipped(std::string_view text) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "text.gz";
  const auto file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace sasrec::dataset
