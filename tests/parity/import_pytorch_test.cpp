#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include "checkpoint/directory.hpp"
#include "parity/engine_answer.hpp"
#include "recommend/model.hpp"
#include "support/edit_version.hpp"
#include "support/temporary_folder.hpp"
#include "training/export.hpp"
#include "training/pytorch/import.hpp"
#include "training/pytorch/state_dict.hpp"

namespace sasrec::training {
namespace {

using checkpoint::Norm;
using checkpoint::Padding;

const std::filesystem::path kFixtures = SASREC_FIXTURES;
constexpr std::size_t kItems = 30;

/// scores.json: what PyTorch makes of the models, see tools/make_pytorch_fixtures.py.
boost::json::value expected_scores() {
  return boost::json::parse(test::read_file(kFixtures / "scores.json"));
}

std::vector<base::ItemIndex> history_of(const boost::json::value& json) {
  std::vector<base::ItemIndex> history;
  for (const auto item : boost::json::value_to<std::vector<std::uint32_t>>(json)) history.push_back({item});
  return history;
}

base::Vocabulary vocabulary() {
  std::vector<std::string> ids;
  for (std::size_t item = 1; item <= kItems; ++item) ids.push_back(std::to_string(item));
  return base::Vocabulary::build(std::move(ids)).value();
}

/// Imports, saves as a new version, loads it as the service does and compares all scores of all histories.
void expect_pytorch_scores(const boost::json::object& model, const boost::json::array& histories) {
  const auto file = boost::json::value_to<std::string>(model.at("file"));
  const auto heads = model.at("heads").to_number<std::size_t>();
  SCOPED_TRACE(file + ", heads " + std::to_string(heads));
  const auto norm = checkpoint::parse_norm(boost::json::value_to<std::string>(model.at("norm"))).value();
  const auto network = import_pytorch(kFixtures / file, {.items = kItems, .heads = heads, .norm = norm});
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(to_string((*network)->config().padding), boost::json::value_to<std::string>(model.at("padding")));
  EXPECT_EQ((*network)->config().max_length, 12U);

  const test::TemporaryFolder folder;
  const auto draft = draft_of(*network, vocabulary(), {history_of(histories.at(1))});
  const auto version = checkpoint::Directory(folder.path()).save(draft.draft, std::chrono::system_clock::now());
  ASSERT_TRUE(version) << version.error().message;
  const auto loaded = recommend::Model::load(folder.path() / *version);
  ASSERT_TRUE(loaded) << loaded.error().message;
  for (std::size_t i = 0; i < histories.size(); ++i) {
    SCOPED_TRACE("history " + std::to_string(i));
    const auto answer = test::ask((*loaded)->encoder(), (*loaded)->table(), history_of(histories[i]));
    test::expect_scores(answer, boost::json::value_to<std::vector<float>>(model.at("scores").at(i)));
  }
}

TEST(ImportPytorch, TheEngineScoresAsPyTorchDoes) {
  const auto expected = expected_scores();
  for (const auto& model : expected.at("models").as_array()) {
    expect_pytorch_scores(model.as_object(), expected.at("histories").as_array());
  }
}

/// The options matter: with another placement or padding than the model's, the scores are others.
TEST(ImportPytorch, OptionsChangeTheScores) {
  const auto history = history_of(expected_scores().at("histories").at(1));
  const auto scores = [&](ImportPytorchOptions options) {
    options.items = kItems;
    auto network = import_pytorch(kFixtures / "unmasked.pth", options).value();
    const std::vector<std::span<const base::ItemIndex>> asked{history};
    return network->final_states(network->pack_histories(asked));
  };
  const auto as_it_is = scores({});
  for (const ImportPytorchOptions& other :
       {ImportPytorchOptions{.heads = 2}, ImportPytorchOptions{.norm = Norm::kPre},
        ImportPytorchOptions{.norm = Norm::kPost}, ImportPytorchOptions{.padding = Padding::kIgnored},
        ImportPytorchOptions{.padding = Padding::kZeroed}}) {
    EXPECT_FALSE(scores(other).allclose(as_it_is, 0.01, 0.01));
  }
  EXPECT_TRUE(scores({.padding = Padding::kKept}).equal(as_it_is));
}

TEST(ImportPytorch, AGivenPaddingIsKept) {
  for (const auto padding : {Padding::kIgnored, Padding::kZeroed}) {
    const auto network = import_pytorch(kFixtures / "unmasked.pth", {.items = kItems, .padding = padding});
    ASSERT_TRUE(network) << network.error().message;
    EXPECT_EQ((*network)->config().padding, padding);
    EXPECT_EQ((*network)->config().max_length, 12U);
  }
}

/// The same model saved as parameters, or from a GPU.
TEST(ImportPytorch, TakesParametersAndTensorsFromAGpu) {
  const auto expected = import_pytorch(kFixtures / "older.pth", {.items = kItems}).value();
  for (const auto* file : {"parameters.pth", "cuda.pth"}) {
    const auto network = import_pytorch(kFixtures / file, {.items = kItems});
    ASSERT_TRUE(network) << network.error().message;
    for (const auto& parameter : (*network)->named_parameters()) {
      EXPECT_TRUE(parameter.value().equal(expected->named_parameters()[parameter.key()])) << parameter.key();
    }
  }
}

TEST(ImportPytorch, ConvertsOtherFloatTypes) {
  const auto original = read_state_dict(kFixtures / "older.pth").value();
  const auto mixed = read_state_dict(kFixtures / "mixed_types.pth").value();
  EXPECT_EQ(mixed.at("item_emb.weight").scalar_type(), at::kHalf);
  EXPECT_EQ(mixed.at("pos_emb.weight").scalar_type(), at::kBFloat16);
  EXPECT_EQ(mixed.at("attention_layernorms.0.weight").scalar_type(), at::kDouble);
  for (const auto& [name, tensor] : mixed) {
    EXPECT_TRUE(tensor.equal(original.at(name).to(tensor.scalar_type()))) << name;
  }
  const auto network = import_pytorch(kFixtures / "mixed_types.pth", {.items = kItems});
  ASSERT_TRUE(network) << network.error().message;
  for (const auto& parameter : (*network)->parameters()) EXPECT_EQ(parameter.scalar_type(), at::kFloat);
  EXPECT_TRUE((*network)->item_table().equal(mixed.at("item_emb.weight").to(at::kFloat).narrow(0, 1, kItems)));
}

}  // namespace
}  // namespace sasrec::training
