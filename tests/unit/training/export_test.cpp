#include "training/export.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <set>
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
  }
  const auto& golden = model.draft.golden;
  ASSERT_EQ(golden.size(), 1U) << "a history that holds every item has no answer to check";
  EXPECT_EQ(golden[0].history, (std::vector<std::string>{"a", "b"}));
  std::set<std::string> items;
  for (const auto& item : golden[0].top) items.insert(item.item);
  EXPECT_EQ(items, (std::set<std::string>{"c", "d", "e"}));
  EXPECT_TRUE(std::ranges::is_sorted(golden[0].top, std::greater{}, &checkpoint::GoldenItem::score));
}

TEST(Export, GoldenHistoriesAreKnownItemsAndOneIsShort) {
  auto sequences = circle_walks(30, 20);
  sequences.items[1] = base::kPadding;
  const auto picked = pick_golden_histories(sequences, 8);
  ASSERT_EQ(picked.size(), 8U);
  EXPECT_EQ(picked[0].size(), 2U);
  for (const auto& history : picked) EXPECT_EQ(std::ranges::count(history, base::kPadding), 0);
  EXPECT_EQ(pick_golden_histories(circle_walks(3, 20), 8).size(), 3U);
}

TEST(Export, TheReferenceCountsItemsAndLengths) {
  const auto sequences = circle_walks(24, 20);  // training lengths 2 to 13, each twice
  const monitoring::ReferenceWindows kinds{monitoring::Feature::kUnknownItems, {{3, 1}}};
  const auto reference = reference_of(sequences, last_two_held_back(sequences), {0, 4, 9}, {&kinds, 1});
  const auto read = monitoring::read_reference(reference);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].windows, kinds.windows);
  EXPECT_EQ(reference.at("item_counts").as_array(), (boost::json::array{4U, 9U}));
  EXPECT_EQ(reference.at("history_lengths").as_array(),
            (boost::json::array{std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{8}, std::uint64_t{12}}));
}

}  // namespace
}  // namespace sasrec::training
