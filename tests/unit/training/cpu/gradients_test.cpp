#include "training/cpu/gradients.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "unit/training/cpu/subject.hpp"

namespace sasrec::training {
namespace {

class CpuGradientsTest : public testing::Test {
 protected:
  Subject subject_{{.items = 9, .hidden = 12, .heads = 3, .blocks = 1, .max_length = 5, .feed_forward = 7}};
  CpuWeights weights_ = subject_.weights(kernels::best());
  CpuGradients gradients_{weights_};
};

TEST_F(CpuGradientsTest, HaveTheShapesOfTheParametersAndBeginWithZero) {
  const auto tensors = gradients_.to_tensors();
  ASSERT_EQ(tensors.size(), subject_.parameters.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(tensors[i].sizes(), subject_.parameters[i].sizes()) << subject_.names[i];
    EXPECT_EQ(tensors[i].abs().sum().item<double>(), 0) << subject_.names[i];
  }
}

TEST_F(CpuGradientsTest, ComeBackFromChannelsToRowsWithTheLayersScale) {
  const auto& query = weights_.blocks[0].query;
  gradients_.of(query.parameter)[query.out.at(7) * query.in.stride() + query.in.at(3)] = 10;
  gradients_.of(query.parameter + 1)[query.out.at(11)] = 4;
  gradients_.of_items()[2 * 12 + 1] = 5;
  gradients_.of_positions()[1 * 12 + 6] = 6;
  const auto tensors = gradients_.to_tensors();
  EXPECT_FLOAT_EQ(tensors[query.parameter][7][3].item<float>(), 10 * 0.5F);  // by a query's 1 / sqrt(4)
  EXPECT_FLOAT_EQ(tensors[query.parameter].sum().item<float>(), 5);
  EXPECT_FLOAT_EQ(tensors[query.parameter + 1][11].item<float>(), 4 * 0.5F);
  EXPECT_FLOAT_EQ(tensors[weights_.item_embedding][2][1].item<float>(), 5);
  EXPECT_FLOAT_EQ(tensors[weights_.position_embedding][1][6].item<float>(), 6);
  gradients_.clear();
  for (const auto& tensor : gradients_.to_tensors()) EXPECT_EQ(tensor.abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace sasrec::training
