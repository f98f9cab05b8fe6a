#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::training {

/// A tensor as a PyTorch file's pickle describes it. Nothing here has been checked against the storage.
struct PickledTensor {
  at::ScalarType type = at::kFloat;
  std::string storage;  ///< the zip record data/<storage> holds the values
  std::int64_t offset = 0;
  std::vector<std::int64_t> sizes, strides;  ///< in elements
};

/// Reads the pickle (protocol 2) of a dictionary of tensors, as torch.save writes a state dict.
///
/// It is no pickle machine: it knows the few operations that such a file needs, and the only names it knows stand for
/// tensors, their storages and dictionaries. Whatever else a pickle names is refused by that name, never looked up or
/// run. Memory is linear in the size of the pickle.
///
/// kInvalidInput: anything else; the message says what.
base::Result<std::map<std::string, PickledTensor>> parse_pickled_tensors(std::string_view pickle);

}  // namespace sasrec::training
