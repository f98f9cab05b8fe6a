#include "training/export.hpp"

#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "unit/training/training_data.hpp"

namespace sasrec::training {
namespace {

TEST(Export, ADraftHoldsTheNetworkAndItsOwnAnswers) {
  torch::manual_seed(2);
  Sasrec network(small_settings(5).model, 0.5);
  network->eval();
  const auto vocabulary = base::Vocabulary::build({"a", "b", "c", "d", "e"});
  const auto model = draft_of(network, *vocabulary, {{{1}, {2}}, {{1}, {2}, {3}, {4}, {5}}});
  EXPECT_EQ(model.draft.config, network->config());
  EXPECT_EQ(model.draft.vocabulary, vocabulary->ids());
  const auto specs = checkpoint::tensor_specs(network->config());
  ASSERT_EQ(model.draft.tensors.size(), specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_EQ(model.draft.tensors[i].name, specs[i].name);
    EXPECT_EQ(model.draft.tensors[i].shape, specs[i].shape);
    const auto weight = network->named_parameters()[specs[i].name].detach().contiguous();
    const std::span values(weight.data_ptr<float>(), static_cast<std::size_t>(weight.numel()));
    EXPECT_TRUE(std::ranges::equal(model.draft.tensors[i].values, values)) << specs[i].name;
  }
  const auto& golden = model.draft.golden;
  ASSERT_EQ(golden.size(), 1U) << "a history that holds every item has no answer to check";
  EXPECT_EQ(golden[0].history, (std::vector<std::string>{"a", "b"}));
  std::set<std::string> items;
  for (const auto& item : golden[0].top) items.insert(item.item);
  EXPECT_EQ(items, (std::set<std::string>{"c", "d", "e"}));
  EXPECT_TRUE(std::ranges::is_sorted(golden[0].top, std::greater{}, &checkpoint::GoldenItem::score));
}

/// The last norm gives (1, 0, 0, …) whatever comes in, so that an item's score is the first number of its row.
TEST(Export, AGoldenScoreIsTheProductOfStateAndItem) {
  torch::manual_seed(2);
  Sasrec network(small_settings(4).model, 0.5);
  network->eval();
  {
    const c10::InferenceMode inference;
    auto parameters = network->named_parameters();
    parameters["final_norm.weight"].zero_();
    parameters["final_norm.bias"].zero_();
    parameters["final_norm.bias"][0] = 1;
    for (int item = 1; item <= 4; ++item) parameters["item_embedding"][item][0] = item == 3 ? 9 : item * 0.25;
  }
  const auto golden = draft_of(network, *base::Vocabulary::build({"a", "b", "c", "d"}), {{{1}}}).draft.golden;
  ASSERT_EQ(golden.size(), 1U);
  ASSERT_EQ(golden[0].top.size(), 3U);
  EXPECT_EQ(golden[0].top[0].item, "c");
  EXPECT_FLOAT_EQ(golden[0].top[0].score, 9);
  EXPECT_EQ(golden[0].top[1].item, "d");
  EXPECT_FLOAT_EQ(golden[0].top[1].score, 1);
  EXPECT_EQ(golden[0].top[2].item, "b");
  EXPECT_FLOAT_EQ(golden[0].top[2].score, 0.5);
}

TEST(Export, GoldenHistoriesAreInventedOfKnownItemsInAllLengths) {
  const auto histories = invent_golden_histories(40, 20);
  std::set<std::size_t> lengths;
  std::set<std::uint32_t> items;
  for (const auto& history : histories) {
    lengths.insert(history.size());
    for (const auto item : history) items.insert(item.value);
  }
  EXPECT_EQ(lengths, (std::set<std::size_t>{1, 2, 3, 5, 9, 17, 20, 23}));
  EXPECT_GE(*items.begin(), 1U);
  EXPECT_LE(*items.rbegin(), 40U);
  EXPECT_GT(items.size(), 20U);
  EXPECT_EQ(invent_golden_histories(40, 20), histories) << "training is reproducible";
  EXPECT_EQ(invent_golden_histories(1, 2).size(), histories.size());
}

TEST(Export, TheReferenceCountsItemsAndLengths) {
  const auto sequences = circle_walks(24, 20);  // training lengths 2 to 13, each twice
  const monitoring::ReferenceWindows kinds{monitoring::Feature::kUnknownItems, {{3, 1}}};
  const auto reference = reference_of(sequences, last_two_held_back(sequences), {0, 4, 9}, {&kinds, 1});
  ASSERT_EQ(reference.drift.size(), 1U);
  EXPECT_EQ(reference.drift[0], (checkpoint::FeatureWindows{"unknown_items", kinds.windows}));
  EXPECT_EQ(reference.item_counts, (std::vector<std::uint32_t>{4, 9}));
  EXPECT_EQ(reference.history_lengths, (std::vector<std::uint64_t>{0, 4, 8, 12}));
}

}  // namespace
}  // namespace sasrec::training
