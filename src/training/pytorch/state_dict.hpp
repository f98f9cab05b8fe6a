#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"

namespace sasrec::training {

using StateDict = std::map<std::string, at::Tensor>;

/// Reads what torch.save(model.state_dict(), FILE) wrote (the zip format, PyTorch 1.6 and newer): tensors of any type
/// on the CPU, wherever they were saved from. LibTorch's own torch::pickle_load is not used: it reads no OrderedDict,
/// wants a GPU for what was saved on one, and trusts the sizes that a file states.
///
/// kNotFound: no such file. kInvalidInput: it is no such file, cut off, or holds anything but tensors; nothing of it is
/// ever run.
base::Result<StateDict> read_state_dict(const std::filesystem::path& file);

}  // namespace sasrec::training
