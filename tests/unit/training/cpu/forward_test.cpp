#include "training/cpu/forward.hpp"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "unit/training/cpu/subject.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Activation;
using checkpoint::Norm;

class CpuForwardTest : public testing::TestWithParam<const kernels::Kernels*> {};
INSTANTIATE_TEST_SUITE_P(All, CpuForwardTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& set) { return std::string(set.param->name); });

TEST_P(CpuForwardTest, GivesTheStatesThatTheNetworkGives) {
  for (const auto norm : {Norm::kPaper, Norm::kPre, Norm::kPost}) {
    for (const auto activation : {Activation::kRelu, Activation::kGelu}) {
      Subject subject({.items = 30,
                       .hidden = 20,
                       .heads = 2,
                       .blocks = 2,
                       .max_length = 40,
                       .feed_forward = 13,
                       .activation = activation,
                       .norm = norm,
                       .dropout = 0});
      const auto weights = subject.weights(*GetParam());
      const auto batch = batch_of({3, 40, 1, 17}, subject.network->config());
      const auto expected = subject.network->forward(batch.inputs).detach().contiguous();
      const std::vector<std::uint64_t> seeds(4);
      CpuStates states;  // reused from piece to piece
      for (const auto& piece : cut(batch.inputs, seeds)) {
        forward(weights, piece, CpuDropout(0), states);
        for (std::size_t r = 0; r < piece.rows; ++r) {
          for (std::size_t c = 0; c < 20; ++c) {
            const float value = expected.const_data_ptr<float>()[(piece.first + r) * 20 + c];
            ASSERT_NEAR(states.states.data()[r * weights.hidden.stride() + c], value, 1e-4 * (1 + std::abs(value)))
                << to_string(norm) << " " << to_string(activation) << ", row " << r << ", column " << c;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::training
