#include "model/workspace.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string_view>

#include "kernels/table.hpp"
#include "support/sample_checkpoint.hpp"

namespace sasrec::model {
namespace {

using checkpoint::ModelConfig;
using checkpoint::Norm;
using kernels::round_up;

Workspace workspace_of(const ModelConfig& config) {
  auto model = test::sample_model(config, 1);
  return Workspace(Weights(
      config, [&](std::string_view name) { return std::span<const float>(model.tensor(name)); }, kernels::best()));
}

constexpr std::size_t kLength = 21;
constexpr std::size_t kHidden = 18;

TEST(Workspace, HoldsTheLongestHistoryInPaddedRows) {
  const auto workspace = workspace_of({.items = 40,
                                       .hidden = kHidden,
                                       .heads = 1,
                                       .blocks = 2,
                                       .max_length = kLength,
                                       .feed_forward = 23,
                                       .norm = Norm::kPre});
  EXPECT_EQ(workspace.items.size(), kLength);
  EXPECT_EQ(workspace.states.size(), kLength * round_up(kHidden));
  EXPECT_EQ(workspace.normed.size(), kLength * round_up(kHidden));
  EXPECT_EQ(workspace.inner.size(), kLength * round_up(23));
  EXPECT_EQ(workspace.context.size(), workspace.queries.size());
  EXPECT_EQ(workspace.attention_weights.size(), kernels::kAttentionRows * round_up(kLength));
}

TEST(Workspace, OneFoldedBlockNeedsOneQueryAndNoKeys) {
  const auto workspace = workspace_of({.items = 40,
                                       .hidden = kHidden,
                                       .heads = 1,
                                       .blocks = 1,
                                       .max_length = kLength,
                                       .feed_forward = 23,
                                       .norm = Norm::kPre});
  EXPECT_EQ(workspace.queries.size(), round_up(kHidden));
  EXPECT_EQ(workspace.keys.size(), 0U);
  EXPECT_EQ(workspace.values.size(), 0U);
  EXPECT_EQ(workspace.key_panels.size(), 0U);
}

}  // namespace
}  // namespace sasrec::model
