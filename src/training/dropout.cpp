#include "training/dropout.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/randint.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>

#include "training/random.hpp"

namespace sasrec::training {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Per thread, so that shares of a step that run at the same time do not draw from each other's seeds.
thread_local std::optional<Random> seeds;

at::Tensor dropped_copy(const at::Tensor& x, double probability, std::uint64_t seed) {
  auto result = x.clone(at::MemoryFormat::Contiguous);
  constexpr std::int64_t kPiece = 1 << 14;  // floats per seed; fixed, so that the number of threads doesn't matter
  const std::span values(result.data_ptr<float>(), static_cast<std::size_t>(result.numel()));
  const auto pieces = (result.numel() + kPiece - 1) / kPiece;
  at::parallel_for(0, pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto piece = begin; piece < end; ++piece) {
      const auto first = static_cast<std::size_t>(piece * kPiece);
      drop(values.subspan(first, std::min<std::size_t>(kPiece, values.size() - first)), probability,
           mix(seed ^ static_cast<std::uint64_t>(piece)));
    }
  });
  return result;
}

class Dropout : public torch::autograd::Function<Dropout> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, double probability, std::int64_t seed) {
    context->saved_data["probability"] = probability;
    context->saved_data["seed"] = seed;
    return dropped_copy(x, probability, static_cast<std::uint64_t>(seed));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {dropped_copy(gradients[0], context->saved_data["probability"].toDouble(),
                         static_cast<std::uint64_t>(context->saved_data["seed"].toInt())),
            at::Tensor(), at::Tensor()};
  }
};

}  // namespace

void drop(std::span<float> values, double probability, std::uint64_t seed) {
  const auto threshold = static_cast<std::uint16_t>(probability * 65536.0);
  const auto scale = static_cast<float>(1.0 / (1.0 - probability));
  Random random(seed);
  // 16 of a draw's 64 bits decide about one value. Draws are made in groups, so that the compiler vectorises the second
  // loop.
  std::array<std::uint64_t, 16> draws{};
  constexpr std::size_t kGroup = draws.size() * 4;
  for (std::size_t first = 0; first < values.size(); first += kGroup) {
    for (auto& draw : draws) draw = random();
    const auto bits = std::bit_cast<std::array<std::uint16_t, kGroup>>(draws);
    const auto count = std::min(kGroup, values.size() - first);
    for (std::size_t i = 0; i < count; ++i) values[first + i] *= bits[i] < threshold ? 0.0F : scale;
  }
}

at::Tensor dropout(const at::Tensor& x, double probability) {
  if (!x.is_cpu()) return at::dropout(x, probability, /*train=*/true);
  return Dropout::apply(x, probability, static_cast<std::int64_t>(draw_seed()));
}

DropoutSeed::DropoutSeed(std::uint64_t seed) {
  seeds.emplace(seed);
}

DropoutSeed::~DropoutSeed() {
  seeds.reset();
}

std::uint64_t draw_seed() {
  if (seeds) return (*seeds)() >> 1U;  // fits a signed number
  return static_cast<std::uint64_t>(
      at::randint(std::numeric_limits<std::int64_t>::max(), {1}, at::kLong).item<std::int64_t>());
}

}  // namespace sasrec::training
