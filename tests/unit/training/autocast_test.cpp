#include "training/autocast.hpp"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <optional>
#include <vector>

#include "training/network.hpp"

namespace sasrec::training {
namespace {

using at::Tensor;
using base::ItemIndex;
using checkpoint::Norm;

struct Outcome {
  Tensor states;
  std::vector<Tensor> gradients;
};

Outcome outcome(Norm norm, bool mixed) {
  torch::manual_seed(11);
  const checkpoint::ModelConfig config{
      .items = 12, .hidden = 32, .heads = 2, .blocks = 2, .max_length = 6, .feed_forward = 32, .norm = norm};
  Sasrec network(config, 0.5);
  network->eval();
  const std::vector<std::vector<ItemIndex>> histories{{{3}}, {{5}, {1}, {12}}, {{1}, {2}, {3}, {4}, {5}, {6}}};
  const std::vector<std::span<const ItemIndex>> all(histories.begin(), histories.end());
  const auto packed = network->pack_histories(all);
  Outcome result;
  {
    const auto autocast = mixed ? std::make_optional<Bf16Autocast>(at::kCPU) : std::nullopt;
    result.states = network->forward(packed);
  }
  result.states.square().sum().backward();
  for (const auto& parameter : network->parameters()) result.gradients.push_back(parameter.grad());
  return result;
}

double difference(const Tensor& found, const Tensor& expected) {
  return ((found - expected).norm() / expected.norm()).item<double>();
}

// On a CPU, as a stand-in for CUDA: the rules are LibTorch's, and the products that they concern are the same.
TEST(Bf16Autocast, GivesNearlyTheSameStatesAndGradientsOfFullPrecision) {
  for (const auto norm : {Norm::kPaper, Norm::kPre, Norm::kPost}) {
    const auto exact = outcome(norm, false);
    const auto mixed = outcome(norm, true);
    EXPECT_EQ(mixed.states.scalar_type(), at::kFloat);
    EXPECT_LT(difference(mixed.states, exact.states), 0.02);
    EXPECT_GT(difference(mixed.states, exact.states), 1e-5) << "nothing was computed in bf16";
    for (std::size_t i = 0; i < exact.gradients.size(); ++i) {
      EXPECT_EQ(mixed.gradients[i].scalar_type(), at::kFloat);
      EXPECT_LT((mixed.gradients[i] - exact.gradients[i]).norm().item<double>(),
                0.05 * exact.gradients[i].norm().item<double>() + 1e-2)
          << i;
    }
  }
}

TEST(Bf16Autocast, LeavesTheThreadAsItWas) {
  const auto type = at::autocast::get_autocast_dtype(at::kCPU);
  {
    const Bf16Autocast outer(at::kCPU);
    {
      const Bf16Autocast inner(at::kCPU);
    }
    EXPECT_TRUE(at::autocast::is_autocast_enabled(at::kCPU));
  }
  EXPECT_FALSE(at::autocast::is_autocast_enabled(at::kCPU));
  EXPECT_EQ(at::autocast::get_autocast_dtype(at::kCPU), type);
}

}  // namespace
}  // namespace sasrec::training
