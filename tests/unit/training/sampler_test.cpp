#include "training/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "unit/training/training_data.hpp"

namespace sasrec::training {
namespace {

std::vector<std::int64_t> values(const at::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel()};
}

class SamplerTest : public testing::Test {
 protected:
  Sampler sampler() const { return {sequences_, split_, settings_}; }

  dataset::Sequences sequences_ = circle_walks(40, 20);
  dataset::Split split_ = last_two_held_back(sequences_);
  Settings settings_ = small_settings(20);
};

TEST_F(SamplerTest, AllWindowsCoverEachPairOfNeighboursOnceAnEpoch) {
  settings_.model.max_length = 4;
  for (std::uint64_t epoch = 1; epoch < 6; ++epoch) {
    std::map<std::uint32_t, std::set<std::uint32_t>> inputs;
    for (const auto& window : sampler().epoch(epoch)) {
      EXPECT_LE(window.end - window.begin, 4U);
      for (auto t = window.begin; t < window.end; ++t) EXPECT_TRUE(inputs[window.user].insert(t).second);
    }
    for (std::uint32_t user = 0; user < sequences_.user_count(); ++user) {
      EXPECT_EQ(inputs[user].size(), split_.train_length[user] - 1) << "user " << user;
    }
  }
}

TEST_F(SamplerTest, TheLastWindowAloneIsTheNewest) {
  settings_.model.max_length = 4;
  settings_.windows = Windows::kLast;
  const auto windows = sampler().epoch(1);
  EXPECT_EQ(windows.size(), sequences_.user_count());
  for (const auto& window : windows) {
    EXPECT_EQ(window.end, split_.train_length[window.user] - 1);
    EXPECT_EQ(window.end - window.begin, std::min<std::uint32_t>(4, window.end));
  }
}

TEST_F(SamplerTest, UsersWithOneItemHaveNothingToTeach) {
  split_.train_length.assign(sequences_.user_count(), 1);
  EXPECT_TRUE(sampler().epoch(1).empty());
}

TEST_F(SamplerTest, EpochsDifferAndRepeatBySeed) {
  const auto users = [](const std::vector<Window>& windows) {
    std::vector<std::uint32_t> order;
    for (const auto& window : windows) order.push_back(window.user);
    return order;
  };
  EXPECT_EQ(users(sampler().epoch(3)), users(sampler().epoch(3)));
  EXPECT_NE(users(sampler().epoch(3)), users(sampler().epoch(4)));
  const auto before = users(sampler().epoch(3));
  settings_.seed += 1;
  EXPECT_NE(users(sampler().epoch(3)), before);
}

TEST_F(SamplerTest, ABatchAsksForTheItemAfterEachToken) {
  const std::vector<Window> windows{{3, 0, 4}, {11, 2, 5}};
  const auto batch = sampler().batch(windows, 1, 0, at::kCPU);
  EXPECT_EQ(batch.inputs.lengths, (std::vector<std::int64_t>{4, 3}));
  EXPECT_EQ(values(batch.inputs.last), (std::vector<std::int64_t>{3, 6}));
  EXPECT_EQ(values(batch.inputs.positions), (std::vector<std::int64_t>{4, 5, 6, 7, 5, 6, 7})) << "the newest has 7";
  std::size_t token = 0;
  for (const auto& window : windows) {
    for (auto t = window.begin; t < window.end; ++t, ++token) {
      EXPECT_EQ(values(batch.inputs.items)[token], sequences_.of(window.user)[t].value);
      EXPECT_EQ(values(batch.targets)[token], sequences_.of(window.user)[t + 1].value);
    }
  }
  EXPECT_FALSE(batch.negatives.defined());
}

TEST_F(SamplerTest, BceNegativesAreItemsTheUserHasNotSeen) {
  settings_.loss = Loss::kBce;
  const Window window{2, 0, split_.train_length[2] - 1};
  for (std::uint64_t epoch = 1; epoch <= 50; ++epoch) {
    for (const auto negative : values(sampler().batch({{window}}, epoch, 0, at::kCPU).negatives)) {
      ASSERT_GE(negative, 1);
      ASSERT_LE(negative, 20);
      const auto seen = sequences_.of(2).first(split_.train_length[2]);
      EXPECT_EQ(std::ranges::count(seen, base::ItemIndex{static_cast<std::uint32_t>(negative)}), 0);
    }
  }
}

TEST_F(SamplerTest, ThePartsOfABatchHaveWhatTheWholeHas) {
  settings_.loss = Loss::kBce;
  const auto windows = sampler().epoch(1);
  ASSERT_GE(windows.size(), 10U);
  const auto batch_of = [&](std::size_t first, std::size_t count) {
    return values(sampler().batch(std::span(windows).subspan(first, count), 1, 3, at::kCPU).negatives);
  };
  auto parts = batch_of(0, 4);
  const auto rest = batch_of(4, 6);
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_EQ(parts, batch_of(0, 10));
  settings_.loss = Loss::kSampledSoftmax;
  EXPECT_EQ(batch_of(0, 4), batch_of(4, 6));
}

TEST_F(SamplerTest, SharedNegativesComeAsOftenAsTheirCorrectionSays) {
  settings_.loss = Loss::kSampledSoftmax;
  settings_.negatives = 2000;
  sequences_.items.assign(sequences_.items.size(), {5});  // item 5 is all that is popular
  const auto with_correction = sampler();
  const Window window{2, 0, 1};
  const auto negatives = with_correction.batch({{window}}, 1, 0, at::kCPU).negatives;
  ASSERT_EQ(negatives.numel(), 2000);
  const auto log_expected = with_correction.log_expected(negatives);
  std::map<std::int64_t, double> counts;
  for (const auto item : values(negatives)) counts[item] += 1;
  for (std::int64_t i = 0; i < 200; ++i) {
    const double expected = std::exp(log_expected[i].item<double>());
    EXPECT_NEAR(counts[values(negatives)[static_cast<std::size_t>(i)]], expected, 5 * std::sqrt(expected));
  }
  EXPECT_GT(counts[5], 1000 - 150);
}

}  // namespace
}  // namespace sasrec::training
