#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <string>

#include "base/vocabulary.hpp"
#include "checkpoint/directory.hpp"
#include "parity/engine_answer.hpp"
#include "parity/random_network.hpp"
#include "recommend/model.hpp"
#include "support/edit_version.hpp"
#include "support/temporary_folder.hpp"
#include "training/export.hpp"

namespace sasrec::test {
namespace {

using checkpoint::Padding;

base::Vocabulary vocabulary_of(std::size_t items) {
  std::vector<std::string> ids;
  for (std::size_t item = 1; item <= items; ++item) ids.push_back("item " + std::to_string(item));
  return base::Vocabulary::build(std::move(ids)).value();
}

/// Saves a network with golden answers of LibTorch's, as the trainer does, and returns the version's folder.
std::filesystem::path save(const training::Sasrec& network, const std::filesystem::path& root) {
  const auto& config = network->config();
  const auto model = training::draft_of(network, vocabulary_of(config.items), histories_of_all_lengths(config));
  return root / checkpoint::Directory(root).save(model.draft, std::chrono::system_clock::now()).value();
}

class RoundTrip : public testing::TestWithParam<Padding> {
 protected:
  checkpoint::ModelConfig config_{
      .items = 60, .hidden = 16, .heads = 2, .blocks = 2, .max_length = 11, .feed_forward = 24, .padding = GetParam()};
  training::Sasrec network_ = random_network(config_, 3);
  TemporaryFolder folder_;
};

TEST_P(RoundTrip, TheEngineAcceptsLibTorchsGoldenAnswersAndScoresAlike) {
  const auto model = recommend::Model::load(save(network_, folder_.path()));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->encoder().config(), config_);
  EXPECT_EQ((*model)->vocabulary().ids(), vocabulary_of(config_.items).ids());
  for (const auto& history : histories_of_all_lengths(config_)) {
    expect_scores(ask((*model)->encoder(), (*model)->table(), history), ask(network_, history).scores);
  }
}

/// A weight that is changed with its hash, so that nothing but the golden answers can tell.
TEST_P(RoundTrip, AChangedWeightIsRefused) {
  const auto version = save(network_, folder_.path());
  const auto path = version / "model.safetensors";
  auto bytes = read_file(path);
  float weight = 0;
  std::memcpy(&weight, bytes.data() + bytes.size() - sizeof weight, sizeof weight);
  weight += 0.5F;
  std::memcpy(bytes.data() + bytes.size() - sizeof weight, &weight, sizeof weight);
  write_file(path, bytes);
  seal_version(version);
  const auto model = recommend::Model::load(version);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(model.error().message, testing::HasSubstr("golden answer"));
}

INSTANTIATE_TEST_SUITE_P(All, RoundTrip, testing::Values(Padding::kIgnored, Padding::kKept, Padding::kZeroed),
                         [](const auto& test) { return std::string(to_string(test.param)); });

}  // namespace
}  // namespace sasrec::test
