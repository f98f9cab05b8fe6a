#include "checkpoint/replace_file.hpp"

#include <span>

#include "base/uuid.hpp"

namespace sasrec::checkpoint {

base::Result<void> replace_file(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
  auto temporary = path;
  temporary += ".tmp-" + base::Uuid::make().text();
  // write_file syncs the contents first: a rename that survives a power cut must not show an empty file.
  auto done = files.write_file(temporary, std::as_bytes(std::span(text)));
  if (done) done = files.rename(temporary, path);
  if (!done) {
    (void)files.remove_all(temporary);  // the first failure is the one to report
    return done;
  }
  return files.sync_directory(path.parent_path());
}

}  // namespace sasrec::checkpoint
