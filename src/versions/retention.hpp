#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::versions {

struct RetentionPolicy {
  std::size_t versions = 10;        ///< at most this many are kept, the newest
  std::chrono::hours age{24 * 90};  ///< and none that is older
};

/// The versions to be removed. Never the active one, nor the newest other that can be activated: that is what a
/// rollback goes to. `entries` as Directory::list() gives them, newest first.
std::vector<std::string> expendable(const std::vector<checkpoint::Entry>& entries, const RetentionPolicy& policy,
                                    base::Time now);

}  // namespace sasrec::versions
