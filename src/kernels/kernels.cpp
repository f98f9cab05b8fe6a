#include "kernels/kernels.hpp"

#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace sasrec::kernels {
namespace {

/// Asks the CPU for each instruction set whose file uses it: a kernel compiled for another CPU would end the process.
std::vector<const Kernels*> detect() {
  std::vector<const Kernels*> found{&kScalar};
#if defined(__x86_64__)
  // These builtins also check that the operating system saves the wide registers.
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (avx2) {
    found.push_back(&kAvx2);
  }
  if (avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0) {
    found.push_back(&kAvx512);
    if (__builtin_cpu_supports("avx512vnni") != 0) {
      found.push_back(&kAvx512Vnni);
    }
  }
#endif
  return found;
}

const Kernels& choose() {
  const char* wanted = std::getenv("SASREC_INSTRUCTION_SET");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (wanted == nullptr || *wanted == '\0') {
    return *available().back();
  }
  const auto found = find(wanted);
  if (!found) {
    throw std::runtime_error("SASREC_INSTRUCTION_SET: " + found.error().message);
  }
  return **found;
}

}  // namespace

const Kernels& scalar() {
  return kScalar;
}

std::span<const Kernels* const> available() {
  // Slowest first, so that the last one is the best. Detected once: callers keep pointers to the kernels for the life
  // of the process.
  static const std::vector<const Kernels*> found = detect();
  return found;
}

base::Result<const Kernels*> find(std::string_view name) {
  std::string names;
  for (const Kernels* kernels : available()) {
    if (name == kernels->name) {
      return kernels;
    }
    names += names.empty() ? "" : ", ";
    names += kernels->name;
  }
  return base::fail(base::ErrorCode::kInvalidInput, "this machine has no instruction set '{}'; it has: {}", name,
                    names);
}

const Kernels& best() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace sasrec::kernels
