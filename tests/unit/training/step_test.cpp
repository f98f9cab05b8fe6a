#include "training/step.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "unit/training/training_data.hpp"

namespace sasrec::training {
namespace {

std::size_t items_in(const std::vector<Window>& windows) {
  std::size_t items = 0;
  for (const auto& window : windows) items += window.end - window.begin;
  return items;
}

TEST(Deal, GivesEachWindowToOneShareOfAboutEqualSize) {
  std::vector<Window> windows;
  for (std::uint32_t user = 0; user < 50; ++user) windows.push_back({user, 3, 4 + user * user % 200});
  const auto dealt = deal(windows, 4);
  ASSERT_EQ(dealt.size(), 4U);
  std::multiset<std::uint32_t> users;
  std::vector<std::size_t> items;
  for (const auto& share : dealt) {
    for (const auto& window : share) users.insert(window.user);
    items.push_back(items_in(share));
  }
  EXPECT_EQ(users.size(), windows.size());
  EXPECT_EQ(std::set(users.begin(), users.end()).size(), windows.size());
  EXPECT_LT(std::ranges::max(items) - std::ranges::min(items), 20U);
}

TEST(Deal, LeavesNoShareEmpty) {
  const std::vector<Window> windows{{1, 0, 5}, {2, 0, 1}};
  EXPECT_EQ(deal(windows, 8).size(), 2U);
  EXPECT_EQ(deal(windows, 1).size(), 1U);
}

class StepperTest : public testing::TestWithParam<Loss> {
 protected:
  StepperTest() {
    settings_.loss = GetParam();
    settings_.negatives = 7;
  }
  ~StepperTest() override { at::set_num_threads(1); }

  /// The losses of three steps by so many threads, and the weights they end with.
  std::tuple<std::vector<double>, std::vector<at::Tensor>> train(int threads) const {
    at::set_num_threads(threads);
    torch::manual_seed(7);
    const Sampler sampler(sequences_, split_, settings_);
    Stepper stepper(Sasrec(settings_.model, 0.1), sampler, settings_, at::kCPU);
    const auto windows = sampler.epoch(1);
    std::vector<double> losses;
    for (std::size_t step = 0; step < 3; ++step) {
      losses.push_back(stepper.run(std::span(windows).subspan(step * 16, 16), 1, step, 1e-2, step + 1));
    }
    return {losses, stepper.adam().parameters};
  }

  dataset::Sequences sequences_ = circle_walks(120, 30);
  dataset::Split split_ = last_two_held_back(sequences_);
  Settings settings_ = small_settings(30);
};

TEST_P(StepperTest, ThreadsShareTheBatchAndComeToTheSameWeights) {
  const auto names = Sasrec(settings_.model, 0.1)->named_parameters().keys();
  for (const float dropout : {0.0F, 0.3F}) {
    settings_.model.dropout = dropout;
    const auto [losses, weights] = train(1);
    const auto [shared_losses, shared_weights] = train(3);
    ASSERT_EQ(weights.size(), shared_weights.size());
    for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], shared_losses[i], 1e-4);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      // Softmax takes no notice of a bias of the keys: its gradient is rounding, which Adam makes a step of.
      if (names[i].ends_with("key.bias")) continue;
      EXPECT_TRUE(at::allclose(weights[i], shared_weights[i], 1e-3, 1e-4)) << names[i] << ", dropout " << dropout;
    }
  }
}

TEST_P(StepperTest, TheSameThreadsGiveTheSameBits) {
  const auto [losses, weights] = train(3);
  const auto [again_losses, again] = train(3);
  EXPECT_EQ(losses, again_losses);
  EXPECT_TRUE(std::ranges::equal(weights, again, [](const auto& a, const auto& b) { return a.equal(b); }));
}

INSTANTIATE_TEST_SUITE_P(All, StepperTest,
                         testing::Values(Loss::kBce, Loss::kGbce, Loss::kSoftmax, Loss::kSampledSoftmax),
                         [](const auto& loss) { return std::string(to_string(loss.param)); });

}  // namespace
}  // namespace sasrec::training
