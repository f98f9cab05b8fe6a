#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sasrec::test {

/// A whole file. Throws if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Replaces or creates a file. Throws if it cannot be written.
void write_file(const std::filesystem::path& path, std::string_view text);

/// Enters the present size and SHA-256 of each listed file into the manifest of the version in `folder`, so that a
/// changed file passes these checks and reaches the deeper ones.
void seal_version(const std::filesystem::path& folder);

}  // namespace sasrec::test
