#include "training/losses.hpp"

#include <gtest/gtest.h>
#include <torch/nn/functional/loss.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>
#include <vector>

namespace sasrec::training {
namespace {

using at::Tensor;

/// States, table and targets of a size that takes several blocks of rows. Our kernels take fp32, LibTorch the rest.
struct Problem {
  Tensor states, table, targets;

  explicit Problem(at::ScalarType type = torch::kFloat) {
    torch::manual_seed(3);
    states = torch::randn({700, 6}).to(type).requires_grad_();
    table = torch::randn({4000, 6}).to(type).requires_grad_();
    targets = torch::randint(1, 4000, {700}, torch::kLong);
  }
};

/// The loss under test and an obvious one must agree, and so must the gradients of both inputs (under an outer factor,
/// as in a sum of losses).
void expect_same(const std::function<Tensor(const Problem&)>& tested,
                 const std::function<Tensor(const Problem&)>& obvious, at::ScalarType type = torch::kFloat) {
  const auto gradients = [type](const std::function<Tensor(const Problem&)>& loss) {
    Problem problem(type);
    const auto value = loss(problem);
    (value * 3.0).backward();
    return std::vector<Tensor>{value.detach(), problem.states.grad(), problem.table.grad()};
  };
  const auto ours = gradients(tested);
  const auto theirs = gradients(obvious);
  EXPECT_NEAR(ours[0].item<double>(), theirs[0].item<double>(), 1e-4 * std::abs(theirs[0].item<double>()));
  for (const int i : {1, 2}) {
    const double largest = theirs[static_cast<std::size_t>(i)].abs().max().item<double>();
    EXPECT_GT(largest, 0);
    const auto difference =
        (ours[static_cast<std::size_t>(i)] - theirs[static_cast<std::size_t>(i)]).abs().max().item<double>();
    EXPECT_LT(difference, 1e-4 * largest) << "gradient " << i;
  }
}

Tensor target_logits(const Problem& problem) {
  return (problem.states * problem.table.index_select(0, problem.targets)).sum(1);
}

TEST(SoftmaxLoss, IsCrossEntropyOverTheCatalogue) {
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    expect_same([](const Problem& p) { return softmax_loss(p.states, p.table, p.targets); },
                [](const Problem& p) {
                  const auto logits = p.states.mm(p.table.narrow(0, 1, 3999).t());
                  return torch::nn::functional::cross_entropy(logits, p.targets - 1);
                },
                type);
  }
}

TEST(SoftmaxLoss, HugeLogitsStayFinite) {
  const auto states = torch::full({2, 1}, 1000.0).requires_grad_();
  const auto table = torch::tensor({0.0F, 1.0F, -1.0F}).unsqueeze(1);
  const auto loss = softmax_loss(states, table, torch::tensor({std::int64_t{2}, std::int64_t{2}}));
  loss.backward();
  EXPECT_TRUE(std::isfinite(loss.item<double>()));
  EXPECT_TRUE(states.grad().isfinite().all().item<bool>());
}

TEST(BceLoss, IsThePapers) {
  const auto negatives = torch::randint(1, 4000, {700}, torch::kLong);
  expect_same([&](const Problem& p) { return bce_loss(p.states, p.table, p.targets, negatives); },
              [&](const Problem& p) {
                const auto negative = (p.states * p.table.index_select(0, negatives)).sum(1);
                return (-target_logits(p).sigmoid().log() - (1 - negative.sigmoid()).log()).mean();
              });
}

TEST(SampledSoftmaxLoss, CorrectsByExpectedCountsAndLeavesHitsOut) {
  torch::manual_seed(5);
  auto negatives = torch::randint(1, 4000, {300}, torch::kLong);
  negatives[0] = Problem().targets[0];  // a hit for certain
  const auto log_expected = torch::randn({300});
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    expect_same(
        [&](const Problem& p) { return sampled_softmax_loss(p.states, p.table, p.targets, negatives, log_expected); },
        [&](const Problem& p) {
          auto logits = p.states.mm(p.table.index_select(0, negatives).t()) - log_expected;
          logits = logits.masked_fill(p.targets.unsqueeze(1).eq(negatives), -INFINITY);
          const auto positive = target_logits(p).unsqueeze(1);
          return (torch::cat({positive, logits}, 1).logsumexp(1, true) - positive).mean();
        },
        type);
  }
}

TEST(SampledSoftmaxLoss, EstimatesTheWholeSoftmax) {
  // With every item sampled once, at its own probability, the estimate is exact.
  const auto all = torch::arange(1, 4000, torch::kLong);
  const Problem p;
  EXPECT_NEAR(sampled_softmax_loss(p.states, p.table, p.targets, all, torch::zeros({3999})).item<double>(),
              softmax_loss(p.states, p.table, p.targets).item<double>(), 1e-4);
}

TEST(GbceLoss, IsGsasrecs) {
  torch::manual_seed(6);
  auto negatives = torch::randint(1, 4000, {64}, torch::kLong);
  negatives[0] = Problem().targets[0];
  constexpr double kT = 0.75;
  const double alpha = 64.0 / 3998.0;  // negatives over the items that could be one
  const double beta = alpha * (kT * (1 - 1 / alpha) + 1 / alpha);
  expect_same([&](const Problem& p) { return gbce_loss(p.states, p.table, p.targets, negatives, kT); },
              [&](const Problem& p) {
                const auto logits = p.states.mm(p.table.index_select(0, negatives).t());
                const auto miss = p.targets.unsqueeze(1).ne(negatives);
                const auto negative = (-(1 - logits.sigmoid()).log() * miss).sum(1);
                return ((-target_logits(p).sigmoid().log() * beta + negative) / 65.0).mean();
              });
}

}  // namespace
}  // namespace sasrec::training
