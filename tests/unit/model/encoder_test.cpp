#include "model/encoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "support/allocations/allocations.hpp"
#include "support/reference_encoder.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::model {
namespace {

using base::ItemIndex;
using checkpoint::Activation;
using checkpoint::ModelConfig;
using checkpoint::Norm;
using checkpoint::Padding;

std::vector<ItemIndex> random_history(std::size_t length, std::size_t items, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<ItemIndex> history(length);
  for (auto& item : history) {
    item.value = static_cast<std::uint32_t>(1 + random() % items);
  }
  return history;
}

TensorLookup lookup(const test::SampleModel& model) {
  return [&model](std::string_view name) -> std::span<const float> {
    for (const auto& tensor : model.draft.tensors) {
      if (tensor.name == name) {
        return tensor.values;
      }
    }
    throw std::invalid_argument("no tensor " + std::string(name));
  };
}

void expect_near(std::span<const float> state, const std::vector<double>& expected) {
  ASSERT_EQ(state.size(), expected.size());
  for (std::size_t c = 0; c < state.size(); ++c) {
    ASSERT_NEAR(double{state[c]}, expected[c], 1e-4) << "channel " << c;
  }
}

/// Every instruction set against the reference, for histories of each of `lengths`.
void expect_reference(const ModelConfig& config, std::span<const std::size_t> lengths) {
  const auto model = test::sample_model(config, 7);
  const auto tensor = lookup(model);
  std::vector<std::vector<ItemIndex>> histories;
  std::vector<std::vector<double>> expected;
  for (const std::size_t length : lengths) {
    histories.push_back(random_history(length, config.items, static_cast<unsigned>(length)));
    expected.push_back(test::reference_encode(config, tensor, histories.back()));
  }
  std::vector<float> state(config.hidden);
  for (const auto* kernels : kernels::available()) {
    const Encoder encoder(config, tensor, *kernels);
    Workspace workspace = encoder.make_workspace();
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      SCOPED_TRACE(std::string(kernels->name) + ", length " + std::to_string(lengths[i]));
      encoder.encode(histories[i], workspace, state);
      ASSERT_NO_FATAL_FAILURE(expect_near(state, expected[i]));
    }
  }
}

class EncoderVariant : public testing::TestWithParam<std::tuple<Norm, Activation, Padding, std::size_t>> {};

TEST_P(EncoderVariant, AgreesWithTheReferenceAtEveryLength) {
  const auto [norm, activation, padding, heads] = GetParam();
  const ModelConfig config{.items = 40,
                           .hidden = 18,
                           .heads = heads,
                           .blocks = 3,
                           .max_length = 21,
                           .feed_forward = 23,
                           .activation = activation,
                           .norm = norm,
                           .padding = padding};
  // From long to short: what a longer history left in the workspace must not matter.
  std::vector<std::size_t> lengths;
  for (std::size_t length = config.max_length + 3; length >= 1; --length) {
    lengths.push_back(length);
  }
  expect_reference(config, lengths);
}

std::string variant_name(const testing::TestParamInfo<EncoderVariant::ParamType>& info) {
  const auto [norm, activation, padding, heads] = info.param;
  return std::string(to_string(norm)) + "_" + std::string(to_string(activation)) + "_" +
         std::string(to_string(padding)) + "_" + std::to_string(heads);
}

INSTANTIATE_TEST_SUITE_P(All, EncoderVariant,
                         testing::Combine(testing::Values(Norm::kPaper, Norm::kPre, Norm::kPost),
                                          testing::Values(Activation::kRelu, Activation::kGelu),
                                          testing::Values(Padding::kIgnored, Padding::kKept, Padding::kZeroed),
                                          testing::Values(1, 2, 9)),
                         variant_name);

TEST(Encoder, AgreesWithTheReferenceAtUsualSizes) {
  struct Size {
    std::size_t hidden, heads, blocks, feed_forward, max_length;
  };
  for (const auto& size : {Size{64, 1, 2, 64, 200}, Size{50, 1, 2, 50, 200}, Size{64, 2, 2, 256, 100},
                           Size{128, 4, 1, 128, 50}, Size{1, 1, 1, 1, 1}, Size{160, 2, 2, 80, 33}}) {
    SCOPED_TRACE("hidden " + std::to_string(size.hidden));
    const ModelConfig config{.items = 100,
                             .hidden = size.hidden,
                             .heads = size.heads,
                             .blocks = size.blocks,
                             .max_length = size.max_length,
                             .feed_forward = size.feed_forward,
                             .norm = Norm::kPaper,
                             .padding = Padding::kKept};
    const std::size_t lengths[] = {size.max_length, (size.max_length + 3) / 4};
    expect_reference(config, lengths);
  }
}

// The first block of the variants above looks keys and values up; with so many items it does not.
TEST(Encoder, AgreesWithTheReferenceForALargeCatalogue) {
  for (const Norm norm : {Norm::kPaper, Norm::kPost}) {
    for (const Padding padding : {Padding::kIgnored, Padding::kKept, Padding::kZeroed}) {
      const ModelConfig config{.items = 2 * 9 * 6 + 1,
                               .hidden = 6,
                               .blocks = 3,
                               .max_length = 9,
                               .feed_forward = 7,
                               .norm = norm,
                               .padding = padding};
      const std::size_t lengths[] = {9, 4, 1};
      expect_reference(config, lengths);
    }
  }
}

// Logits far apart (a softmax that is all but one-hot), and a padding row that dominates it.
TEST(Encoder, StaysExactWhenLogitsAreLarge) {
  const ModelConfig config{
      .items = 30, .hidden = 16, .blocks = 2, .max_length = 300, .feed_forward = 16, .padding = Padding::kKept};
  auto model = test::sample_model(config, 3);
  for (const char* name : {"blocks.0.attention.query.weight", "blocks.1.attention.query.weight"}) {
    for (float& value : model.tensor(name)) {
      value *= 30.0F;
    }
  }
  const auto tensor = lookup(model);
  std::vector<float> state(config.hidden);
  for (const auto* kernels : kernels::available()) {
    const Encoder encoder(config, tensor, *kernels);
    Workspace workspace = encoder.make_workspace();
    for (const std::size_t length : {2U, 40U, 300U}) {
      const auto history = random_history(length, config.items, 5);
      encoder.encode(history, workspace, state);
      const auto expected = test::reference_encode(config, tensor, history);
      for (std::size_t c = 0; c < state.size(); ++c) {
        ASSERT_NEAR(double{state[c]}, expected[c], 2e-3) << kernels->name << ", length " << length;
      }
    }
  }
}

TEST(Encoder, AllocatesNothingPerRequest) {
  for (const std::size_t heads : {1U, 2U}) {
    const ModelConfig config{
        .items = 40, .hidden = 18, .heads = heads, .max_length = 30, .feed_forward = 20, .padding = Padding::kKept};
    const auto model = test::sample_model(config, 1);
    const Encoder encoder(config, lookup(model));
    Workspace workspace = encoder.make_workspace();
    const auto long_history = random_history(50, config.items, 1);
    std::vector<float> state(config.hidden);
    const std::size_t before = test::allocations();
    encoder.encode(long_history, workspace, state);
    encoder.encode(std::span(long_history).first(3), workspace, state);
    EXPECT_EQ(test::allocations(), before) << heads << " heads";
  }
}

TEST(Encoder, ReadsACheckpointAndOutlivesIt) {
  const test::TemporaryFolder folder;
  const auto model = test::sample_model(test::sample_config(), 4);
  auto opened = checkpoint::Checkpoint::open(test::save_sample(model, folder.path()));
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const Encoder encoder = [&] {
    const checkpoint::Checkpoint closed_at_the_end = std::move(*opened);
    return Encoder(closed_at_the_end);
  }();
  const auto history = random_history(4, model.draft.config.items, 2);
  Workspace workspace = encoder.make_workspace();
  std::vector<float> state(encoder.config().hidden);
  encoder.encode(history, workspace, state);
  expect_near(state, test::reference_encode(model.draft.config, lookup(model), history));
}

}  // namespace
}  // namespace sasrec::model
