#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "checkpoint/file_system.hpp"

namespace sasrec::checkpoint {

/// Removes what is recorded of a version's quarantine and rejection, if anything is.
base::Result<void> remove_records(FileSystem& files, const std::filesystem::path& root, const std::string& version);

}  // namespace sasrec::checkpoint
