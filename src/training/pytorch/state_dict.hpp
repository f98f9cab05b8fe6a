#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"

namespace sasrec::training {

using StateDict = std::map<std::string, at::Tensor>;

/// Reads a file that torch.save(model.state_dict(), FILE) wrote (zip format, PyTorch 1.6 and newer). Tensors of any
/// type are read to the CPU, whatever device they were saved from. It does not use LibTorch's torch::pickle_load, which
/// can't read an OrderedDict, needs a GPU for tensors saved on one, and trusts the sizes in the file.
///
/// kNotFound: no such file. kInvalidInput: the file has another format, is truncated, or contains anything but tensors
/// (none of it is ever run).
base::Result<StateDict> read_state_dict(const std::filesystem::path& file);

}  // namespace sasrec::training
