#include "training/cpu/share.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/kernels.hpp"
#include "training/losses.hpp"
#include "training/network.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Activation;
using checkpoint::Norm;

/// A network with weights unlike any other's, its norms' and biases' too.
struct Subject {
  Sasrec network;
  std::vector<std::string> names;
  std::vector<at::Tensor> parameters;

  explicit Subject(const checkpoint::ModelConfig& config)
      : network((torch::manual_seed(3), config), 0.3),
        names(network->named_parameters().keys()),
        parameters(network->parameters()) {
    const at::NoGradGuard no_grad;
    for (auto& parameter : parameters) {
      if (parameter.dim() == 1) parameter.add_(at::randn(parameter.sizes()) * 0.3);
    }
  }
  CpuWeights weights(const kernels::Kernels& set) const {
    CpuWeights packed(network->config(), names, parameters, set);
    packed.pack();
    return packed;
  }
};

TrainingBatch batch_of(const std::vector<std::size_t>& lengths, const checkpoint::ModelConfig& config) {
  const auto draw = [&](std::size_t count) {
    return at::randint(1, static_cast<std::int64_t>(config.items) + 1, {static_cast<std::int64_t>(count)}, at::kLong);
  };
  std::vector<std::vector<base::ItemIndex>> histories;
  std::size_t tokens = 0;
  for (const auto length : lengths) {
    histories.emplace_back();
    const auto items = draw(length);
    for (std::size_t t = 0; t < length; ++t) {
      const auto item = items.const_data_ptr<std::int64_t>()[t];
      histories.back().push_back({static_cast<std::uint32_t>(item)});
    }
    tokens += length;
  }
  const std::vector<std::span<const base::ItemIndex>> views(histories.begin(), histories.end());
  return {.inputs = pack(views, config.max_length, at::kCPU), .targets = draw(tokens), .negatives = draw(tokens)};
}

/// Losses and gradients must agree to `tolerance` of the largest gradient of the same parameter.
void expect_same(const ShareGradients& found, double loss, const std::vector<at::Tensor>& gradients,
                 const std::vector<std::string>& names, double tolerance) {
  EXPECT_NEAR(found.loss, loss, 1e-5);
  ASSERT_EQ(found.of_parameters.size(), gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const double difference = (found.of_parameters[i] - gradients[i]).abs().max().item<double>();
    EXPECT_LE(difference, tolerance * gradients[i].abs().max().item<double>() + 1e-6) << names[i];
  }
}

constexpr double kWeight = 0.7;

class CpuShareTest : public testing::TestWithParam<const kernels::Kernels*> {};
INSTANTIATE_TEST_SUITE_P(All, CpuShareTest, testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& set) { return std::string(set.param->name); });

TEST_P(CpuShareTest, AgreesWithLibtorchInEveryShape) {
  const std::vector<std::size_t> lengths{1, 64, 2, 63, 200, 65, 3};
  struct Shape {
    std::size_t hidden, heads, feed_forward;
  };
  for (const auto norm : {Norm::kPaper, Norm::kPre, Norm::kPost}) {
    for (const auto activation : {Activation::kRelu, Activation::kGelu}) {
      for (const auto& [hidden, heads, feed_forward] : {Shape{50, 1, 50}, {48, 3, 17}, {50, 2, 100}, {8, 4, 8}}) {
        SCOPED_TRACE(std::string(to_string(norm)) + " " + std::string(to_string(activation)) + ", hidden " +
                     std::to_string(hidden) + ", heads " + std::to_string(heads));
        const Subject subject({.items = 40,
                               .hidden = hidden,
                               .heads = heads,
                               .blocks = 2,
                               .max_length = 200,
                               .feed_forward = feed_forward,
                               .activation = activation,
                               .norm = norm,
                               .dropout = 0});
        const auto batch = batch_of(lengths, subject.network->config());
        auto network = subject.network;
        const auto loss_of = [&](const at::Tensor& states) {
          return bce_loss(states, network->item_embedding(), batch.targets, batch.negatives) * kWeight;
        };
        const auto loss = loss_of(network->forward(batch.inputs));
        const auto gradients = torch::autograd::grad({loss}, subject.parameters);

        // A sum that is 0 but for rounding may pass relu here and not there, and a token's share of the gradient with
        // it.
        const double tolerance = activation == Activation::kRelu ? 5e-3 : 1e-4;
        const auto weights = subject.weights(*GetParam());
        CpuShare share(weights);
        const std::vector<std::uint64_t> seeds(lengths.size(), 1);
        for (int time = 0; time < 2; ++time) {  // nothing is left over from the first
          expect_same(share.bce(batch, seeds, CpuDropout(0), kWeight), loss.item<double>(), gradients, subject.names,
                      tolerance);
        }
        expect_same(share.any(batch.inputs, seeds, CpuDropout(0), loss_of), loss.item<double>(), gradients,
                    subject.names, tolerance);
      }
    }
  }
}

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

TEST_P(CpuShareTest, WithDropoutTheGradientIsThatOfWhatWasKept) {
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

TEST_P(CpuShareTest, ReluAndItsDropoutGoBackAsTheyCame) {
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

TEST_P(CpuShareTest, WhatIsDroppedFollowsFromTheSequencesSeedAlone) {
  const Subject subject({.items = 20,
                         .hidden = 16,
                         .heads = 2,
                         .blocks = 2,
                         .max_length = 20,
                         .feed_forward = 16,
                         .norm = Norm::kPre,
                         .dropout = 0});
  const auto weights = subject.weights(*GetParam());
  const std::vector<std::uint64_t> seeds{5, 6};
  const auto both = batch_of({20, 9}, subject.network->config());
  const auto part = [&](std::int64_t first, std::int64_t count) {
    TrainingBatch one{.inputs = {.items = both.inputs.items.narrow(0, first, count),
                                 .positions = both.inputs.positions.narrow(0, first, count),
                                 .lengths = {count},
                                 .last = {}},
                      .targets = both.targets.narrow(0, first, count),
                      .negatives = both.negatives.narrow(0, first, count)};
    return one;
  };
  CpuShare share(weights);
  const CpuDropout dropout(0.2);
  const double together = share.bce(both, seeds, dropout, 1.0).loss;
  const double first = share.bce(part(0, 20), std::span(seeds).first(1), dropout, 20.0 / 29).loss;
  const double second = share.bce(part(20, 9), std::span(seeds).last(1), dropout, 9.0 / 29).loss;
  EXPECT_NEAR(together, first + second, 1e-6);
  const std::vector<std::uint64_t> others{5, 7};
  EXPECT_GT(std::abs(share.bce(both, others, dropout, 1.0).loss - together), 1e-5);
}

TEST(CpuDropout, EveryPlaceHasAMaskOfItsOwn) {
  const CpuDropout dropout(0.25);
  std::vector<std::pair<unsigned, unsigned>> keys;
  for (const std::uint64_t seed : {1, 2}) {
    for (const std::size_t block : {0U, 1U}) {
      for (const auto place : {DropoutPlace::kInput, DropoutPlace::kAttention, DropoutPlace::kInner,
                               DropoutPlace::kFeedForward, DropoutPlace::kWeights}) {
        const auto mask = dropout.at(seed, block, place);
        keys.emplace_back(mask.first_key, mask.second_key);
        EXPECT_EQ((double{static_cast<float>(mask.limit)} + 0x1.0p31) / 0x1.0p32, 0.25);
        EXPECT_FLOAT_EQ(mask.scale, 4.0F / 3.0F);
      }
      const auto head = dropout.at(seed, block, DropoutPlace::kWeights, 1);
      keys.emplace_back(head.first_key, head.second_key);
    }
  }
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

}  // namespace
}  // namespace sasrec::training
