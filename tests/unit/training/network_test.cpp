#include "training/network.hpp"

#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <map>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.hpp"
#include "training/ranker.hpp"

namespace sasrec::training {
namespace {

using base::ItemIndex;
using checkpoint::Norm;
using checkpoint::Padding;

checkpoint::ModelConfig config_with(Norm norm, Padding padding) {
  return {.items = 12,
          .hidden = 8,
          .heads = 2,
          .blocks = 2,
          .max_length = 6,
          .feed_forward = 16,
          .norm = norm,
          .padding = padding,
          .dropout = 0.5F};
}

Sasrec network_with(Norm norm, Padding padding) {
  torch::manual_seed(11);
  Sasrec network(config_with(norm, padding), 0.5);
  network->eval();
  return network;
}

TEST(Network, ItsParametersAreTheCheckpointsTensors) {
  const auto network = network_with(Norm::kPre, Padding::kIgnored);
  std::map<std::string, std::vector<std::int64_t>> found;
  for (const auto& parameter : network->named_parameters()) found[parameter.key()] = parameter.value().sizes().vec();
  std::map<std::string, std::vector<std::int64_t>> wanted;
  for (const auto& spec : checkpoint::tensor_specs(network->config())) wanted[spec.name] = spec.shape;
  EXPECT_EQ(found, wanted);
}

TEST(Network, PackedSequencesGiveWhatEachGivesAlone) {
  const std::vector<std::vector<ItemIndex>> histories{
      {{3}}, {{5}, {1}, {12}}, {{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}}};
  for (const auto norm : {Norm::kPaper, Norm::kPre, Norm::kPost}) {
    for (const auto padding : {Padding::kIgnored, Padding::kKept, Padding::kZeroed}) {
      const c10::InferenceMode inference;
      auto network = network_with(norm, padding);
      const std::vector<std::span<const ItemIndex>> all(histories.begin(), histories.end());
      const auto together = network->final_states(network->pack_histories(all));
      for (std::size_t i = 0; i < all.size(); ++i) {
        const auto alone = network->final_states(network->pack_histories({{all[i]}}));
        EXPECT_LT((together[static_cast<std::int64_t>(i)] - alone[0]).abs().max().item<double>(), 1e-5);
      }
    }
  }
}

TEST(Network, OnlyTheNewestItemsCount) {
  const c10::InferenceMode inference;
  auto network = network_with(Norm::kPre, Padding::kIgnored);
  const std::vector<ItemIndex> longer{{9}, {10}, {1}, {2}, {3}, {4}, {5}, {6}};
  const auto newest = std::span(longer).last(6);
  const auto states = network->final_states(network->pack_histories({{std::span<const ItemIndex>(longer), newest}}));
  EXPECT_TRUE(states[0].equal(states[1]));
}

TEST(Network, DropoutActsInTrainingOnly) {
  auto network = network_with(Norm::kPre, Padding::kIgnored);
  const std::vector<ItemIndex> history{{1}, {2}, {3}};
  const auto packed = network->pack_histories({{std::span<const ItemIndex>(history)}});
  EXPECT_TRUE(network->forward(packed).equal(network->forward(packed)));
  network->train();
  EXPECT_FALSE(network->forward(packed).equal(network->forward(packed)));
}

TEST(NetworkRanker, SkipsUnknownItemsAndScoresEmptyHistoriesAlike) {
  auto network = network_with(Norm::kPre, Padding::kIgnored);
  const auto ranker = network_ranker(network);
  const std::vector<ItemIndex> plain{{1}, {2}};
  const std::vector<ItemIndex> holes{{0}, {1}, {0}, {2}, {0}};
  const std::vector<ItemIndex> nothing{{0}};
  const std::vector<evaluation::History> histories{plain, holes, nothing};
  std::vector<float> scores(3 * 13, -1.0F);
  ranker(histories, scores);
  for (std::size_t item = 1; item <= 12; ++item) {
    EXPECT_EQ(scores[item], scores[13 + item]);
    EXPECT_EQ(scores[26 + item], 0.0F);
  }
}

}  // namespace
}  // namespace sasrec::training
