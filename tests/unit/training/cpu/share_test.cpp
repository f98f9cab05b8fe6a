#include "training/cpu/share.hpp"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "training/losses.hpp"
#include "unit/training/cpu/subject.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Activation;
using checkpoint::Norm;

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

}  // namespace
}  // namespace sasrec::training
