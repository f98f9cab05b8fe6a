#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::apps {

/// Saves `draft` as a new version under `out`, loads it the way a server does (the engine must reproduce LibTorch's
/// golden answers), and makes it current. Returns the version. A version that fails is quarantined, and what was
/// current stays.
base::Result<std::string> publish(const std::filesystem::path& out, const checkpoint::Draft& draft);

}  // namespace sasrec::apps
