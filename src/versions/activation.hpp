#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::versions {

/// Verifies a version the way a server does (hashes, shapes, golden answers), then makes it current by one rename.
///
/// Only a version that fails a check (kCorrupt) is quarantined. One that cannot be read now may be readable later: the
/// failure is passed on, and nothing changes.
/// kNotFound: there is no such version. kInvalidInput: it is quarantined, or has failed a check and now is.
/// Cost: loads the whole model, on a thread that gives way to those that answer requests.
base::Result<void> make_current(checkpoint::Directory& directory, const std::string& version);

/// Saves `draft` as a new version under `checkpoints` and makes it current. Returns the version. If it fails a check it
/// is quarantined, and the version that was current stays current.
base::Result<std::string> save_current(const std::filesystem::path& checkpoints, const checkpoint::Draft& draft);

}  // namespace sasrec::versions
