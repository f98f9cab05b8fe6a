#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::training {

/// A tensor as the pickle of a PyTorch file describes it. Nothing here is checked against the storage.
struct PickledTensor {
  at::ScalarType type = at::kFloat;
  std::string storage;  ///< the values are in the zip record data/<storage>
  std::int64_t offset = 0;
  std::vector<std::int64_t> sizes, strides;  ///< in elements
};

/// Reads the pickle (protocol 2) of a dictionary of tensors, the form in which torch.save writes a state dict.
///
/// It knows only the operations that such a file needs, and only the names of tensors, their storages and dictionaries.
/// It refuses every other name and never looks it up or runs it. Memory is linear in the size of the pickle.
///
/// kInvalidInput: the pickle contains anything else; the message names it.
base::Result<std::map<std::string, PickledTensor>> parse_pickled_tensors(std::string_view pickle);

}  // namespace sasrec::training
