#include "training/cpu/backward.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "training/cpu/share.hpp"
#include "unit/training/cpu/subject.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Activation;
using checkpoint::Norm;

// Without dropout share_test.cpp compares the gradients with LibTorch's. With dropout only the loss itself can judge.
class CpuBackwardTest : public testing::TestWithParam<const kernels::Kernels*> {};
INSTANTIATE_TEST_SUITE_P(All, CpuBackwardTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& set) { return std::string(set.param->name); });

/// How fast the loss rises where the parameter goes in a direction, by a step there and one back.
double slope(at::Tensor parameter, const at::Tensor& direction, double step, const std::function<double()>& loss) {
  const at::NoGradGuard no_grad;
  const auto before = parameter.clone();
  parameter.copy_(before + direction * step);
  const double ahead = loss();
  parameter.copy_(before - direction * step);
  const double behind = loss();
  parameter.copy_(before);
  return (ahead - behind) / (2 * step);
}

TEST_P(CpuBackwardTest, WithDropoutTheGradientIsThatOfWhatWasKept) {
  for (const auto norm : {Norm::kPaper, Norm::kPre, Norm::kPost}) {
    // gelu: relu has kinks, over which the step would lead.
    const Subject subject({.items = 20,
                           .hidden = 24,
                           .heads = 2,
                           .blocks = 2,
                           .max_length = 40,
                           .feed_forward = 20,
                           .activation = Activation::kGelu,
                           .norm = norm,
                           .dropout = 0});
    const auto batch = batch_of({30, 1, 7, 40}, subject.network->config());
    const std::vector<std::uint64_t> seeds{11, 12, 13, 14};
    const CpuDropout dropout(0.3);
    auto weights = subject.weights(*GetParam());
    CpuShare share(weights);
    const auto loss = [&] {
      weights.pack();
      return share.bce(batch, seeds, dropout, 1.0);
    };
    auto gradients = loss().of_parameters;
    for (auto& gradient : gradients) gradient = gradient.clone();
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const double size = gradients[i].norm().item<double>();
      const auto direction = gradients[i] / std::max(size, 1e-9) + at::randn(gradients[i].sizes()) * 0.1;
      const double expected = (gradients[i] * direction).sum().item<double>();
      EXPECT_NEAR(slope(subject.parameters[i], direction, 4e-3, [&] { return loss().loss; }), expected,
                  0.02 * size + 2e-4)
          << to_string(norm) << " " << subject.names[i];
    }
  }
}

TEST_P(CpuBackwardTest, ReluAndItsDropoutGoBackAsTheyCame) {
  // As above where relu and its dropout share a mask; a small step seldom crosses a kink.
  const Subject subject({.items = 20,
                         .hidden = 50,
                         .heads = 1,
                         .blocks = 1,
                         .max_length = 80,
                         .feed_forward = 50,
                         .norm = Norm::kPaper,
                         .dropout = 0});
  const auto batch = batch_of({80, 33}, subject.network->config());
  const std::vector<std::uint64_t> seeds{1, 2};
  auto weights = subject.weights(*GetParam());
  CpuShare share(weights);
  const auto loss = [&] {
    weights.pack();
    return share.bce(batch, seeds, CpuDropout(0.5), 1.0);
  };
  const auto number = static_cast<std::size_t>(std::ranges::find(subject.names, "blocks.0.feed_forward.in.weight") -
                                               subject.names.begin());
  const auto gradient = loss().of_parameters[number].clone();
  const double size = gradient.norm().item<double>();
  EXPECT_NEAR(slope(subject.parameters[number], gradient / size, 5e-3, [&] { return loss().loss; }), size, 0.03 * size);
}

}  // namespace
}  // namespace sasrec::training
