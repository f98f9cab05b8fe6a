#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "checkpoint/file_system.hpp"

namespace sasrec::checkpoint {

/// Makes `path` a file with exactly `text`: writes <path>.tmp-<uuid>, renames it, fsyncs the folder. Readers see the
/// old file or the new one, never a part. On failure the old one stays, unless only the last fsync failed: then the new
/// one is in place, but may not survive a power cut.
base::Result<void> replace_file(FileSystem& files, const std::filesystem::path& path, std::string_view text);

}  // namespace sasrec::checkpoint
