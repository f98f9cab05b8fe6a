#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::recommend {
class Model;
}

namespace sasrec::versions {

/// Loads versions by name and keeps the last used ones in memory. Not thread-safe.
class Cache {
 public:
  static constexpr std::size_t kVersions = 2;

  explicit Cache(std::filesystem::path checkpoints) : directory_(std::move(checkpoints)) {}

  /// Takes as long as loading the version if it isn't in memory. kNotFound: there is no such version, or it can't be
  /// served. The model stays usable when the cache drops it.
  base::Result<std::shared_ptr<const recommend::Model>> find(std::string_view version);

 private:
  checkpoint::Directory directory_;
  std::list<std::shared_ptr<const recommend::Model>> models_;  // the last used first
};

}  // namespace sasrec::versions
