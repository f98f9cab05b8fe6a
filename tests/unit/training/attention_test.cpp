#include "training/attention.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

#include "training/dropout.hpp"

namespace sasrec::training {
namespace {

using at::Tensor;

const std::vector<std::int64_t>& lengths() {
  static const std::vector<std::int64_t> some{3, 1, 17, 8, 1};
  return some;
}

/// Output and gradients of one of the two implementations on the same inputs.
std::vector<Tensor> outcome(const AttentionOptions& options, bool padded) {
  torch::manual_seed(1);
  std::vector<Tensor> inputs;
  for (int i = 0; i < 3; ++i) inputs.push_back(torch::randn({30, 8}).requires_grad_());
  const auto attend = padded ? attention_padded : ragged_attention;
  const auto output = attend(inputs[0], inputs[1], inputs[2], lengths(), options);
  (output * torch::randn({30, 8})).sum().backward();
  return {output.detach(), inputs[0].grad(), inputs[1].grad(), inputs[2].grad()};
}

void expect_close(const std::vector<Tensor>& left, const std::vector<Tensor>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) EXPECT_LT((left[i] - right[i]).abs().max().item<double>(), 1e-5) << i;
}

TEST(RaggedAttention, EqualsPaddedAttentionForwardAndBackward) {
  for (const std::int64_t heads : {1, 2, 4})
    expect_close(outcome({.heads = heads}, false), outcome({.heads = heads}, true));
}

TEST(RaggedAttention, SeesNothingOfLaterItemsOrOtherSequences) {
  torch::manual_seed(2);
  const auto q = torch::randn({30, 8});
  const auto k = torch::randn({30, 8});
  auto v = torch::randn({30, 8});
  const auto before = ragged_attention(q, k, v, lengths(), {.heads = 2});
  v[10] += 100.0;  // token 6 of the third sequence, which owns rows 4 to 20
  const auto changed = (ragged_attention(q, k, v, lengths(), {.heads = 2}) - before).abs().sum(1).gt(1e-6);
  for (std::int64_t row = 0; row < 30; ++row) EXPECT_EQ(changed[row].item<bool>(), row >= 10 && row <= 20) << row;
}

TEST(RaggedAttention, DropoutFollowsTheSeedWhateverTheThreads) {
  const AttentionOptions options{.heads = 2, .dropout = 0.4, .seed = 9};
  at::set_num_threads(1);
  const auto one = outcome(options, false);
  at::set_num_threads(2);
  const auto two = outcome(options, false);
  at::set_num_threads(1);
  expect_close(one, two);  // products may round differently, but another mask would show
  EXPECT_FALSE(one[0].equal(outcome({.heads = 2, .dropout = 0.4, .seed = 10}, false)[0]));
}

TEST(RaggedAttention, DropoutsGradientIsThatOfWhatWasKept) {
  // The output is linear in the values, so its change under a small step must equal the gradient's prediction, mask and
  // all.
  torch::manual_seed(4);
  const AttentionOptions options{.heads = 1, .dropout = 0.5, .seed = 3};
  const auto q = torch::randn({30, 8}, torch::kFloat).requires_grad_();
  const auto k = torch::randn({30, 8});
  const auto v = torch::randn({30, 8});
  const auto weight = torch::randn({30, 8});
  const auto loss = [&](const Tensor& query) {
    return (ragged_attention(query, k, v, lengths(), options) * weight).sum();
  };
  loss(q).backward();
  const auto direction = torch::randn({30, 8});
  constexpr double kStep = 1e-2;
  const double measured =
      ((loss(q.detach() + kStep * direction) - loss(q.detach() - kStep * direction)) / (2 * kStep)).item<double>();
  EXPECT_NEAR((q.grad() * direction).sum().item<double>(), measured, 0.02 * std::abs(measured) + 1e-2);
}

TEST(Dropout, KeepsTheMeanAndDropsTheShare) {
  torch::manual_seed(8);
  const auto x = torch::ones({1000, 333}).requires_grad_();
  const auto y = dropout(x, 0.3);
  EXPECT_NEAR(y.eq(0).to(torch::kFloat).mean().item<double>(), 0.3, 0.005);
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.01);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach())) << "the gradient passes where the value passed";
  EXPECT_FALSE(dropout(x, 0.3).equal(y)) << "each call draws anew";
}

}  // namespace
}  // namespace sasrec::training
