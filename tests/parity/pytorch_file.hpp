#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "training/pytorch/state_dict.hpp"

namespace sasrec::test {

/// Builds PyTorch files by hand, also such as torch.save would never write.

/// Writes a zip archive as PyTorch lays it out.
void write_archive(const std::filesystem::path& path, const std::map<std::string, std::string>& records);

/// What a pickle says of a tensor.
struct TensorClaim {
  std::string name;
  std::string storage_type = "FloatStorage";
  std::string key = "0";
  std::int64_t offset = 0;
  std::vector<std::int64_t> sizes, strides;
};

/// A pickled OrderedDict of tensors.
std::string pickle_of(const std::vector<TensorClaim>& tensors);

/// Writes float and int64 tensors as torch.save writes a state dict.
void save_state_dict(const std::filesystem::path& path, const training::StateDict& state);

}  // namespace sasrec::test
