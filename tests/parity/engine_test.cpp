#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "kernels/kernels.hpp"
#include "parity/engine_answer.hpp"
#include "parity/random_network.hpp"

namespace sasrec::test {
namespace {

using checkpoint::Activation;
using checkpoint::ModelConfig;
using checkpoint::Norm;
using checkpoint::Padding;

/// Compares the network and the engine, on every instruction set, for histories of all lengths.
void expect_parity(const ModelConfig& config, std::uint64_t seed) {
  const auto network = random_network(config, seed);
  const auto parameters = network->named_parameters();
  const auto tensor = [&](std::string_view name) {
    const auto& values = parameters[std::string(name)];
    return std::span<const float>(values.data_ptr<float>(), static_cast<std::size_t>(values.numel()));
  };
  for (const auto& history : histories_of_all_lengths(config)) {
    SCOPED_TRACE("history of " + std::to_string(history.size()));
    const auto expected = ask(network, history);
    for (const auto* kernels : kernels::available()) {
      SCOPED_TRACE(kernels->name);
      const model::Encoder encoder(config, tensor, *kernels);
      const retrieval::ItemTable table(tensor("item_embedding"), config.items, config.hidden, *kernels);
      const auto answer = ask(encoder, table, history);
      expect_near(answer.state, expected.state);
      expect_scores(answer, expected.scores);
      if (testing::Test::HasFailure()) return;
    }
  }
}

class EngineParity : public testing::TestWithParam<std::tuple<Norm, Padding>> {};

/// One block more at a time: the first count that fails names the layer. Widths that are no multiple of a vector's.
TEST_P(EngineParity, EveryVariantLayerByLayer) {
  const auto [norm, padding] = GetParam();
  for (const auto activation : {Activation::kRelu, Activation::kGelu}) {
    for (const std::size_t heads : {1, 2}) {
      for (const std::size_t blocks : {1, 2, 3}) {
        SCOPED_TRACE(std::string(to_string(activation)) + ", heads " + std::to_string(heads) + ", blocks " +
                     std::to_string(blocks));
        expect_parity({.items = 45,
                       .hidden = 14,
                       .heads = heads,
                       .blocks = blocks,
                       .max_length = 9,
                       .feed_forward = 19,
                       .activation = activation,
                       .norm = norm,
                       .padding = padding},
                      heads * 7 + 1);
        if (HasFailure()) return;
      }
    }
  }
}

std::string name_of(const testing::TestParamInfo<EngineParity::ParamType>& info) {
  return std::string(to_string(std::get<Norm>(info.param))) + "_" +
         std::string(to_string(std::get<Padding>(info.param)));
}
INSTANTIATE_TEST_SUITE_P(All, EngineParity,
                         testing::Combine(testing::Values(Norm::kPaper, Norm::kPre, Norm::kPost),
                                          testing::Values(Padding::kIgnored, Padding::kKept, Padding::kZeroed)),
                         name_of);

TEST(EngineParity, AModelOfUsualSize) {
  expect_parity({.items = 500, .hidden = 64, .heads = 2, .blocks = 2, .max_length = 200, .feed_forward = 128}, 5);
}

}  // namespace
}  // namespace sasrec::test
