#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "checkpoint/version_name.hpp"

namespace sasrec::checkpoint {

/// Whether `path` is a folder itself, not a link to one.
bool is_folder(const std::filesystem::path& path);

/// All entries of `folder`, in any order. kNotFound, or kIo.
base::Result<std::vector<std::filesystem::path>> entries(const std::filesystem::path& folder);

/// The versions in the checkpoints folder `root`, newest first. kNotFound, or kIo.
base::Result<std::vector<VersionName>> version_names(const std::filesystem::path& root);

}  // namespace sasrec::checkpoint
