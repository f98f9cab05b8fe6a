#include "checkpoint/checkpoint.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "checkpoint/manifest.hpp"
#include "checkpoint/safetensors.hpp"
#include "support/edit_version.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::checkpoint {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using testing::ElementsAreArray;
using testing::HasSubstr;

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    sample_.draft.golden = {{{"item-1", "item-3"}, {{"item-7", 1.5F}, {"item-2", -0.25F}}}};
    folder_ = test::save_sample(sample_, root_.path());
  }

  /// Opening must be refused as corrupt; returns the message.
  std::string refusal() const {
    const auto opened = Checkpoint::open(folder_);
    if (opened) return "it was opened";
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().message;
    return opened.error().message;
  }

  /// Changes a file's text, and the manifest with it.
  void edit(std::string_view name, const std::function<void(std::string&)>& change) const {
    auto text = test::read_file(folder_ / name);
    change(text);
    test::write_file(folder_ / name, text);
    test::seal_version(folder_);
  }

  void edit_json(std::string_view name, const std::function<void(boost::json::object&)>& change) const {
    auto json = boost::json::parse(test::read_file(folder_ / name)).as_object();
    change(json);
    test::write_file(folder_ / name, boost::json::serialize(json));
    if (name != kManifestFile) test::seal_version(folder_);
  }

  /// Writes another set of tensors into the model's file.
  void replace_tensors(const std::vector<Tensor>& tensors) const {
    const auto bytes = write_safetensors(tensors);
    test::write_file(folder_ / kModelFile, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    test::seal_version(folder_);
  }

  test::TemporaryFolder root_;
  test::SampleModel sample_ = test::sample_model(test::sample_config(), 1);
  fs::path folder_;
};

TEST_F(CheckpointTest, HoldsWhatWasSaved) {
  auto opened = Checkpoint::open(folder_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->version(), folder_.filename().string());
  EXPECT_EQ(opened->config(), sample_.draft.config);
  EXPECT_EQ(opened->vocabulary().ids(), sample_.draft.vocabulary);
  EXPECT_EQ(opened->metrics(), sample_.draft.metrics);
  EXPECT_EQ(boost::json::serialize(opened->reference()), boost::json::serialize(sample_.draft.reference));
  EXPECT_EQ(boost::json::serialize(opened->settings().at("training")), boost::json::serialize(sample_.draft.training));
  for (const auto& tensor : sample_.draft.tensors) {
    EXPECT_THAT(opened->tensor(tensor.name), ElementsAreArray(tensor.values)) << tensor.name;
  }
  EXPECT_EQ(opened->manifest().format, 1);
  EXPECT_EQ(opened->manifest().hash.size(), 64U);
  ASSERT_EQ(opened->manifest().golden.size(), 1U);
  EXPECT_EQ(opened->manifest().golden[0].history, sample_.draft.golden[0].history);
  EXPECT_EQ(opened->manifest().golden[0].top[1].item, "item-2");
  EXPECT_EQ(opened->manifest().golden[0].top[1].score, -0.25F);
}

TEST_F(CheckpointTest, StaysWholeWhenMovedAndWhenTheFolderIsRemoved) {
  auto opened = Checkpoint::open(folder_);
  ASSERT_TRUE(opened);
  const Checkpoint moved = std::move(*opened);
  fs::remove_all(folder_);
  EXPECT_THAT(moved.tensor("final_norm.weight"), ElementsAreArray(sample_.tensor("final_norm.weight")));
}

TEST_F(CheckpointTest, VocabularyCanBeTakenOut) {
  auto opened = Checkpoint::open(folder_);
  ASSERT_TRUE(opened);
  const base::Vocabulary vocabulary = std::move(*opened).take_vocabulary();
  EXPECT_EQ(vocabulary.find("item-12").value, 12U);
}

TEST_F(CheckpointTest, NamesItsVersionHoweverThePathIsWritten) {
  EXPECT_EQ(Checkpoint::open(folder_ / "")->version(), folder_.filename().string());
  EXPECT_EQ(Checkpoint::open(folder_ / ".")->version(), folder_.filename().string());
}

TEST_F(CheckpointTest, MissingFolder) {
  const auto opened = Checkpoint::open(root_.path() / "nothing");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Checkpoint::open(folder_ / kConfigFile).error().code, ErrorCode::kNotFound);
}

TEST_F(CheckpointTest, EveryFileIsNeeded) {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const auto name = entry.path().filename().string();
    fs::rename(folder_ / name, root_.path() / "aside");
    EXPECT_THAT(refusal(), HasSubstr(name + " is missing"));
    fs::rename(root_.path() / "aside", folder_ / name);
  }
  EXPECT_TRUE(Checkpoint::open(folder_));
}

TEST_F(CheckpointTest, EveryFileTruncated) {
  for (const auto name : kListedFiles) {
    const auto whole = test::read_file(folder_ / name);
    for (const auto size : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
      test::write_file(folder_ / name, whole.substr(0, size));
      EXPECT_THAT(refusal(), testing::AllOf(HasSubstr(std::string(name)), HasSubstr("bytes"))) << size;
    }
    test::write_file(folder_ / name, whole);
  }
  const auto manifest = test::read_file(folder_ / kManifestFile);
  for (std::size_t size = 0; size + 1 < manifest.size(); ++size) {  // the last byte is a line end
    test::write_file(folder_ / kManifestFile, manifest.substr(0, size));
    EXPECT_THAT(refusal(), HasSubstr("manifest.json")) << size;
  }
}

TEST_F(CheckpointTest, AFlippedBitInAnyFile) {
  for (const auto name : kListedFiles) {
    const auto whole = test::read_file(folder_ / name);
    for (const auto place : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      auto flipped = whole;
      flipped[place] = static_cast<char>(flipped[place] ^ 4);
      test::write_file(folder_ / name, flipped);
      EXPECT_THAT(refusal(), testing::AllOf(HasSubstr(std::string(name)), HasSubstr("SHA-256"))) << place;
    }
    test::write_file(folder_ / name, whole);
  }
}

TEST_F(CheckpointTest, EveryBitOfTheManifestCounts) {
  // Golden answers are left out: a changed score in them shows when the engine computes it.
  edit_json(kManifestFile, [](auto& manifest) { manifest["golden"] = boost::json::array(); });
  const auto whole = test::read_file(folder_ / kManifestFile);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    auto flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    test::write_file(folder_ / kManifestFile, flipped);
    EXPECT_NE(refusal(), "it was opened") << flipped;
  }
}

TEST_F(CheckpointTest, FormatOfAnotherTime) {
  edit_json(kManifestFile, [](auto& manifest) { manifest["format"] = 2; });
  EXPECT_THAT(refusal(), HasSubstr("format is 2"));
}

TEST_F(CheckpointTest, AManifestWithoutEnd) {
  auto text = test::read_file(folder_ / kManifestFile);
  text.append((std::size_t{16} << 20U) + 1, ' ');
  test::write_file(folder_ / kManifestFile, text);
  EXPECT_THAT(refusal(), HasSubstr("at most"));
}

TEST_F(CheckpointTest, SymbolicLinks) {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const auto name = entry.path().filename().string();
    fs::rename(folder_ / name, root_.path() / "elsewhere");
    fs::create_symlink(root_.path() / "elsewhere", folder_ / name);
    EXPECT_THAT(refusal(), HasSubstr(name + " is a symbolic link"));
    fs::rename(root_.path() / "elsewhere", folder_ / name);
  }
  const auto link = root_.path() / "20300101T000000Z-000001";
  fs::create_directory_symlink(folder_, link);
  const auto opened = Checkpoint::open(link);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("symbolic link"));
}

TEST_F(CheckpointTest, WhatIsNoFile) {
  fs::remove(folder_ / kMetricsFile);
  fs::create_directory(folder_ / kMetricsFile);
  EXPECT_THAT(refusal(), HasSubstr("no regular file"));
  fs::remove(folder_ / kMetricsFile);
  ASSERT_EQ(::mkfifo((folder_ / kMetricsFile).c_str(), 0600), 0);
  EXPECT_THAT(refusal(), HasSubstr("no regular file"));
}

TEST_F(CheckpointTest, ModelTruncatedAtEachPartWithAMatchingManifest) {
  const auto whole = test::read_file(folder_ / kModelFile);
  std::uint64_t header = 0;
  std::memcpy(&header, whole.data(), 8);
  for (const auto size : {std::size_t{0}, std::size_t{4}, std::size_t{8}, std::size_t{8} + header / 2,
                          std::size_t{8} + header, std::size_t{8} + header + 6, whole.size() - 4}) {
    edit(kModelFile, [&](auto& text) { text = whole.substr(0, size); });
    EXPECT_THAT(refusal(), HasSubstr("model.safetensors")) << size;
  }
}

TEST_F(CheckpointTest, OversizedHeader) {
  edit(kModelFile, [](auto& text) { text.replace(0, 8, std::string(8, '\x7F')); });
  EXPECT_THAT(refusal(), HasSubstr("header"));
}

TEST_F(CheckpointTest, OverlappingTensors) {
  edit(kModelFile, [](auto& text) {
    // item_embedding has 13 * 8 values = 416 bytes, position_embedding follows with 192.
    const auto place = text.find("[416,608]");
    ASSERT_NE(place, std::string::npos);
    text.replace(place, 9, "[400,592]");
  });
  EXPECT_THAT(refusal(), HasSubstr("overlaps"));
}

TEST_F(CheckpointTest, MissingTensor) {
  auto tensors = sample_.draft.tensors;
  tensors.erase(tensors.begin() + 3);
  replace_tensors(tensors);
  EXPECT_THAT(refusal(), HasSubstr("tensor blocks.0.attention.query.bias is missing"));
}

TEST_F(CheckpointTest, TensorTooMany) {
  auto tensors = sample_.draft.tensors;
  tensors.push_back(tensors.back());
  tensors.back().name = "secret";
  replace_tensors(tensors);
  EXPECT_THAT(refusal(), HasSubstr("tensor secret is no part"));
}

TEST_F(CheckpointTest, TensorOfAnotherShape) {
  auto tensors = sample_.draft.tensors;
  std::swap(tensors[0].shape[0], tensors[0].shape[1]);
  replace_tensors(tensors);
  EXPECT_THAT(refusal(), HasSubstr("tensor item_embedding has the shape [8, 13]; the configuration asks for [13, 8]"));
}

TEST_F(CheckpointTest, ValuesThatAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (auto& values : sample_.storage) {
      const float good = std::exchange(values.back(), bad);
      replace_tensors(sample_.draft.tensors);
      EXPECT_THAT(refusal(), HasSubstr("not finite"));
      values.back() = good;
    }
  }
}

TEST_F(CheckpointTest, ConfigurationThatDoesNotHold) {
  edit_json(kConfigFile, [](auto& config) { config["heads"] = 3; });
  EXPECT_THAT(refusal(), testing::AllOf(HasSubstr("config.json"), HasSubstr("heads")));
  edit_json(kConfigFile, [](auto& config) { config["heads"] = 2, config["blocks"] = 3; });
  EXPECT_THAT(refusal(), HasSubstr("blocks.2.attention.query.weight is missing"));
  edit_json(kConfigFile, [](auto& config) { config.erase("norm"); });
  EXPECT_THAT(refusal(), HasSubstr("norm"));
}

TEST_F(CheckpointTest, JsonFilesThatAreNone) {
  for (const auto name : {kConfigFile, kMetricsFile, kReferenceFile}) {
    const auto whole = test::read_file(folder_ / name);
    for (const std::string text : {"", "[]", "{", R"({"a":1,"a":2})"}) {
      edit(name, [&](auto& file) { file = text; });
      EXPECT_THAT(refusal(), HasSubstr(std::string(name))) << text;
    }
    edit(name, [&](auto& file) { file = whole; });
  }
  EXPECT_TRUE(Checkpoint::open(folder_));
}

TEST_F(CheckpointTest, VocabularyOfAnotherSize) {
  const auto whole = test::read_file(folder_ / kVocabularyFile);
  edit(kVocabularyFile, [&](auto& text) { text = whole + "item-13\n"; });
  EXPECT_THAT(refusal(), HasSubstr("vocab.txt: has 13 items, config.json says 12"));
  edit(kVocabularyFile, [&](auto& text) { text = whole.substr(whole.find('\n') + 1); });
  EXPECT_THAT(refusal(), HasSubstr("vocab.txt: has 11 items"));
  edit(kVocabularyFile, [&](auto& text) { text = ""; });
  EXPECT_THAT(refusal(), HasSubstr("vocab.txt"));
}

TEST_F(CheckpointTest, VocabularyWithWrongIds) {
  const auto whole = test::read_file(folder_ / kVocabularyFile);
  const auto with = [&](std::string_view id) {
    edit(kVocabularyFile, [&](auto& text) {
      text = whole;
      text.replace(text.find("item-5\n"), 6, id);
    });
    return refusal();
  };
  EXPECT_THAT(with("item-4"), testing::AllOf(HasSubstr("vocab.txt"), HasSubstr("already in line 4")));
  EXPECT_THAT(with(""), HasSubstr("line 5: item id is empty"));
  EXPECT_THAT(with("item-5\r"), HasSubstr("control character"));
  EXPECT_THAT(with(std::string(257, 'x')), HasSubstr("256"));
  edit(kVocabularyFile, [&](auto& text) { text = whole.substr(0, whole.size() - 1); });
  EXPECT_THAT(refusal(), HasSubstr("line end"));
}

TEST_F(CheckpointTest, GoldenAnswersBeyondTheVocabulary) {
  edit_json(kManifestFile, [](auto& manifest) { manifest["golden"].at(0).at("history").at(0) = 13; });
  EXPECT_THAT(refusal(), testing::AllOf(HasSubstr("manifest.json"), HasSubstr("item 13")));
}

}  // namespace
}  // namespace sasrec::checkpoint
