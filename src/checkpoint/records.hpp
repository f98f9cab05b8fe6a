#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "checkpoint/file_system.hpp"

namespace sasrec::checkpoint {

/// What a checkpoints folder records of versions that must not or should not be served: quarantine/<version>.json and
/// rejected/<version>.json hold {"manifest": SHA-256 of the version's manifest.json, "reason": text}. A record holds
/// only for the contents that it was made of.
enum class RecordKind { kQuarantine, kRejection };

/// Replaces the version's record of this kind. kNotFound: `version` is no version's name.
base::Result<void> write_record(FileSystem& files, const std::filesystem::path& root, RecordKind kind,
                                const std::string& version, const std::string& reason);

/// The reason of the version's record of this kind; none if there is no record of its present contents. An unreadable
/// record counts, because somebody did not want the version served.
std::optional<std::string> read_record(const std::filesystem::path& root, RecordKind kind, const std::string& version);

/// Removes the version's records of both kinds, if there are any.
base::Result<void> remove_records(FileSystem& files, const std::filesystem::path& root, const std::string& version);

}  // namespace sasrec::checkpoint
