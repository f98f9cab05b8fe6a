#include "training/dropout.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <vector>

namespace sasrec::training {
namespace {

constexpr std::size_t kValues = 100'003;  // no multiple of anything

TEST(Drop, KeepsTheShareAndTheMeanThatItPromises) {
  for (const double probability : {0.1, 0.5, 0.9}) {
    std::vector<float> values(kValues, 2.0F);
    drop(values, probability, 7);
    std::size_t kept = 0;
    for (const float value : values) {
      if (value == 0) continue;
      EXPECT_FLOAT_EQ(value, static_cast<float>(2 / (1 - probability)));
      ++kept;
    }
    // Five standard deviations of the share of 100,003 draws are below 0.008; the seed is fixed.
    EXPECT_NEAR(static_cast<double>(kept) / kValues, 1 - probability, 0.008);
  }
}

TEST(Drop, TheSeedDecides) {
  std::vector<float> first(kValues, 1.0F);
  std::vector<float> same(kValues, 1.0F);
  std::vector<float> other(kValues, 1.0F);
  drop(first, 0.5, 1);
  drop(same, 0.5, 1);
  drop(other, 0.5, 2);
  EXPECT_EQ(first, same);
  EXPECT_NE(first, other);
}

TEST(Dropout, TheGradientHasTheMaskOfTheValues) {
  const DropoutSeed seed(3);
  auto x = at::ones({40'000}).requires_grad_(true);
  const auto dropped = dropout(x, 0.3);
  const auto gradient = torch::autograd::grad({dropped.sum()}, {x})[0];
  EXPECT_TRUE(at::equal(gradient, dropped)) << "of ones, values and gradient are the mask";
  EXPECT_GT(dropped.eq(0).sum().item<double>(), 0);
}

TEST(Dropout, ThreadsDoNotMatterButEachCallDrawsAnew) {
  const auto x = at::ones({40'000});
  const auto masks = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const DropoutSeed seed(3);
    const auto first = dropout(x, 0.3);
    const auto second = dropout(x, 0.3);
    at::set_num_threads(before);
    return std::pair(first, second);
  };
  const auto [first, second] = masks(1);
  EXPECT_FALSE(at::equal(first, second));
  EXPECT_TRUE(at::equal(first, masks(3).first));
}

}  // namespace
}  // namespace sasrec::training
