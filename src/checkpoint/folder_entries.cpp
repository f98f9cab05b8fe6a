#include "checkpoint/folder_entries.hpp"

#include <algorithm>
#include <functional>
#include <system_error>

#include "checkpoint/file_descriptor.hpp"

namespace sasrec::checkpoint {

using base::ErrorCode;
using base::fail;

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(std::filesystem::symlink_status(path, ignored));
}

base::Result<std::vector<std::filesystem::path>> entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    paths.push_back(it->path());
  }
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return fail(ErrorCode::kNotFound, "there is no folder {}", folder.string());
  }
  if (error) return system_failure("read the folder", folder, error.value());
  return paths;
}

base::Result<std::vector<VersionName>> version_names(const std::filesystem::path& root) {
  const auto paths = entries(root);
  if (!paths) return base::Failure(paths.error());
  std::vector<VersionName> names;
  for (const auto& path : *paths) {
    const auto name = VersionName::parse(path.filename().string());
    if (name && is_folder(path)) names.push_back(*name);
  }
  std::ranges::sort(names, std::greater{});
  return names;
}

}  // namespace sasrec::checkpoint
