#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "kernels/table.hpp"

namespace sasrec::kernels {

/// Plain C++ for any CPU.
const Kernels& scalar();

/// Every implementation that this CPU and operating system can run, slowest (scalar) first.
std::span<const Kernels* const> available();

/// The available one called `name`. kInvalidInput lists the possible names.
base::Result<const Kernels*> find(std::string_view name);

/// The fastest available one, or the one that the environment variable SASREC_INSTRUCTION_SET names; decided at the
/// first call. Throws std::runtime_error if the variable names none that this CPU has.
const Kernels& best();

}  // namespace sasrec::kernels
