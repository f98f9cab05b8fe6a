#include "checkpoint/verify.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>

#include "checkpoint/safetensors.hpp"

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using base::fail;

base::Result<void> verify_finite(const Tensor& tensor) {
  // All bits of the exponent set is infinity or NaN. Without branches the compiler makes this loop as fast as memory.
  constexpr std::uint32_t kExponent = 0x7F800000U;
  bool finite = true;
  for (const float value : tensor.values) finite &= (std::bit_cast<std::uint32_t>(value) & kExponent) != kExponent;
  if (finite) return {};
  const auto bad = std::ranges::find_if(tensor.values, [](float value) { return !std::isfinite(value); });
  return fail(ErrorCode::kInvalidInput, "tensor {}: value {} is {}, not finite", tensor.name,
              bad - tensor.values.begin(), *bad);
}

}  // namespace

base::Result<void> verify_tensors(const ModelConfig& config, std::span<const Tensor> tensors) {
  std::map<std::string_view, const Tensor*> by_name;
  for (const auto& tensor : tensors) {
    if (!by_name.emplace(tensor.name, &tensor).second) {
      return fail(ErrorCode::kInvalidInput, "tensor {} is there twice", tensor.name);
    }
  }
  for (const auto& spec : tensor_specs(config)) {
    const auto found = by_name.find(spec.name);
    if (found == by_name.end()) return fail(ErrorCode::kInvalidInput, "tensor {} is missing", spec.name);
    const Tensor& tensor = *found->second;
    if (tensor.shape != spec.shape) {
      return fail(ErrorCode::kInvalidInput, "tensor {} has the shape [{}]; the configuration asks for [{}]", spec.name,
                  fmt::join(tensor.shape, ", "), fmt::join(spec.shape, ", "));
    }
    const auto count = value_count(spec.shape);
    if (!count || *count != tensor.values.size()) {
      return fail(ErrorCode::kInvalidInput, "tensor {} has {} values, which its shape [{}] does not hold", spec.name,
                  tensor.values.size(), fmt::join(spec.shape, ", "));
    }
    if (auto finite = verify_finite(tensor); !finite) return finite;
    by_name.erase(found);
  }
  if (!by_name.empty()) {
    return fail(ErrorCode::kInvalidInput, "tensor {} is no part of a model of this configuration",
                by_name.begin()->first);
  }
  return {};
}

}  // namespace sasrec::checkpoint
