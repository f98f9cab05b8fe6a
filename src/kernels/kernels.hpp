#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "kernels/table.hpp"

namespace sasrec::kernels {

/// The implementation in plain C++, for any CPU.
const Kernels& scalar();

/// Every implementation that this CPU and operating system can run, slowest (scalar) first.
std::span<const Kernels* const> available();

/// Returns the available implementation with this name. kInvalidInput lists the possible names.
base::Result<const Kernels*> find(std::string_view name);

/// Returns the implementation that the environment variable SASREC_INSTRUCTION_SET names, or the fastest available one
/// if it is not set. The first call decides. Throws std::runtime_error if this CPU lacks the named one.
const Kernels& best();

}  // namespace sasrec::kernels
