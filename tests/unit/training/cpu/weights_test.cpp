#include "training/cpu/weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

#include "unit/training/cpu/subject.hpp"

namespace sasrec::training {
namespace {

const checkpoint::ModelConfig kConfig{
    .items = 9, .hidden = 12, .heads = 3, .blocks = 1, .max_length = 5, .feed_forward = 7};

at::Tensor parameter(const Subject& subject, const std::string& name) {
  return subject.network->named_parameters()[name];
}

TEST(CpuWeights, HoldEachLayerByChannelsWithItsScale) {
  const Subject subject(kConfig);
  const auto weights = subject.weights(kernels::best());
  const auto& query = weights.blocks[0].query;
  const auto weight = parameter(subject, "blocks.0.attention.query.weight");
  const auto bias = parameter(subject, "blocks.0.attention.query.bias");
  const float scale = 1.0F / std::sqrt(4.0F);  // heads are 4 wide
  EXPECT_EQ(subject.names[query.parameter], "blocks.0.attention.query.weight");
  for (std::size_t o = 0; o < kConfig.hidden; ++o) {
    const auto row = static_cast<std::int64_t>(o);
    EXPECT_FLOAT_EQ(query.bias.data()[query.out.at(o)], bias[row].item<float>() * scale);
    for (std::size_t i = 0; i < kConfig.hidden; ++i) {
      const float expected = weight[row][static_cast<std::int64_t>(i)].item<float>() * scale;
      const std::size_t out = query.out.at(o);
      EXPECT_FLOAT_EQ(query.rows.data()[out * query.in.stride() + query.in.at(i)], expected);
      EXPECT_FLOAT_EQ(
          query.panels.data()[(out / kernels::kPanel * query.in.depth() + query.in.at(i)) * kernels::kPanel +
                              out % kernels::kPanel],
          expected);
    }
  }
  const auto& value = weights.blocks[0].value;
  EXPECT_FLOAT_EQ(value.bias.data()[value.out.at(5)],
                  parameter(subject, "blocks.0.attention.value.bias")[5].item<float>());
}

TEST(CpuWeights, FollowTheParametersWhenPackedAgain) {
  const Subject subject(kConfig);
  auto weights = subject.weights(kernels::best());
  {
    const at::NoGradGuard no_grad;
    parameter(subject, "final_norm.weight")[2] = 42.0;
  }
  EXPECT_NE(weights.final_norm.weight.data()[2], 42.0F);
  weights.pack();
  EXPECT_EQ(weights.final_norm.weight.data()[2], 42.0F);
}

}  // namespace
}  // namespace sasrec::training
