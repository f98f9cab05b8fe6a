#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::checkpoint {

/// A file of a version that is about to be written.
struct DraftFile {
  std::string_view name;
  std::vector<std::byte> bytes;
};

/// All files of the version that `draft` describes, in the order of writing: the manifest last. kInvalidInput names
/// what would keep the version from being opened again: configuration, a tensor, an id, a golden answer, text that is
/// not UTF-8. Cost: a copy of all weights, and their SHA-256.
base::Result<std::vector<DraftFile>> render(const Draft& draft);

}  // namespace sasrec::checkpoint
