#include "checkpoint/directory.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "support/edit_version.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::checkpoint {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::sys_days(2026y / 11 / 22) + 15h + 30min);

std::vector<std::string> versions(const Directory& directory) {
  const auto entries = directory.list().value();
  std::vector<std::string> names(entries.size());
  std::ranges::transform(entries, names.begin(), &Entry::version);
  return names;
}

class DirectoryTest : public testing::Test {
 protected:
  std::string save(std::chrono::system_clock::time_point now = kNow) {
    const auto version = directory_.save(sample_.draft, now);
    EXPECT_TRUE(version) << version.error().message;
    return version.value_or("");
  }

  /// Saving must be refused as invalid input, without a trace on disk; returns the message.
  std::string refusal() {
    const auto saved = directory_.save(sample_.draft, kNow);
    if (saved) return "it was saved";
    EXPECT_EQ(saved.error().code, ErrorCode::kInvalidInput);
    EXPECT_FALSE(fs::exists(root_));
    return saved.error().message;
  }

  test::TemporaryFolder parent_;
  fs::path root_ = parent_.path() / "checkpoints";
  Directory directory_{root_};
  test::SampleModel sample_ = test::sample_model(test::sample_config(), 1);
};

TEST_F(DirectoryTest, SaveMakesTheFolderAndNamesVersionsInOrder) {
  EXPECT_EQ(save(), "20261122T153000Z-000001");
  EXPECT_EQ(save(), "20261122T153000Z-000002");
  EXPECT_EQ(save(kNow + 24h), "20261123T153000Z-000003");
  EXPECT_EQ(save(kNow), "20261123T153000Z-000004") << "the clock was set back";
  EXPECT_THAT(versions(directory_), ElementsAre("20261123T153000Z-000004", "20261123T153000Z-000003",
                                                "20261122T153000Z-000002", "20261122T153000Z-000001"));
}

TEST_F(DirectoryTest, CounterGoesOnFromTheHighest) {
  fs::create_directories(root_ / "20200101T000000Z-000041");
  EXPECT_EQ(save(), "20261122T153000Z-000042");
  ASSERT_TRUE(directory_.quarantine("20261122T153000Z-000042", "bad"));
  EXPECT_EQ(save(), "20261122T153000Z-000043");
}

TEST_F(DirectoryTest, SaveLeavesCurrentAndNothingTemporary) {
  const auto first = save();
  ASSERT_TRUE(directory_.activate(first));
  const auto second = save();
  EXPECT_EQ(directory_.current().value(), first);
  for (const auto& entry : fs::directory_iterator(root_)) {
    EXPECT_THAT(entry.path().filename().string(), testing::AnyOf(first, second, "CURRENT", ".lock"));
  }
}

TEST_F(DirectoryTest, CurrentFollowsActivate) {
  const auto first = save();
  const auto second = save();
  const auto none = directory_.current();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(directory_.activate(second));
  EXPECT_EQ(directory_.current().value(), second);
  ASSERT_TRUE(directory_.activate(first));
  EXPECT_EQ(directory_.current().value(), first);
  EXPECT_EQ(test::read_file(root_ / "CURRENT"), first + "\n");
}

TEST_F(DirectoryTest, ActivateRefusesWhatIsNoVersion) {
  const auto version = save();
  for (const std::string name : {"", "..", "20261122T153000Z-000009", "CURRENT"}) {
    const auto activated = directory_.activate(name);
    ASSERT_FALSE(activated) << name;
    EXPECT_EQ(activated.error().code, ErrorCode::kNotFound);
  }
  fs::create_directory_symlink(root_ / version, root_ / "20300101T000000Z-000009");
  EXPECT_FALSE(directory_.activate("20300101T000000Z-000009"));
  EXPECT_FALSE(directory_.current());
}

TEST_F(DirectoryTest, CurrentThatHoldsSomethingElse) {
  save();
  for (const std::string text :
       {"", "\n", "..\n", "../etc", "20261122T153000Z-000001\n\n", "20261122T153000Z-000001 x"}) {
    test::write_file(root_ / "CURRENT", text);
    const auto current = directory_.current();
    ASSERT_FALSE(current) << text;
    EXPECT_EQ(current.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_EQ(directory_.list().value().at(0).state, State::kReady);
}

TEST_F(DirectoryTest, ListShowsStatesAndOnlyVersions) {
  const auto first = save();
  const auto second = save();
  const auto third = save();
  ASSERT_TRUE(directory_.activate(second));
  ASSERT_TRUE(directory_.quarantine(first, "golden answer 1 differs"));
  fs::create_directory(root_ / "tmp-abc");
  test::write_file(root_ / "20300101T000000Z-000001", "a file");
  fs::create_directory_symlink(root_ / first, root_ / "20300101T000000Z-000002");
  const auto entries = directory_.list().value();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].version, third);
  EXPECT_EQ(entries[0].state, State::kReady);
  EXPECT_EQ(entries[1].version, second);
  EXPECT_EQ(entries[1].state, State::kActive);
  EXPECT_EQ(entries[2].version, first);
  EXPECT_EQ(entries[2].state, State::kQuarantined);
  EXPECT_EQ(entries[2].reason, "golden answer 1 differs");
}

TEST_F(DirectoryTest, ListOfNoFolder) {
  const auto listed = directory_.list();
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(listed.error().message, HasSubstr(root_.string()));
}

TEST_F(DirectoryTest, QuarantineKeepsAVersionFromBeingActivated) {
  const auto version = save();
  EXPECT_EQ(directory_.quarantine_reason(version), std::nullopt);
  ASSERT_TRUE(directory_.quarantine(version, "vocab.txt: wrong hash"));
  ASSERT_TRUE(directory_.quarantine(version, "model.safetensors: wrong hash"));
  EXPECT_EQ(directory_.quarantine_reason(version), "model.safetensors: wrong hash");
  const auto activated = directory_.activate(version);
  ASSERT_FALSE(activated);
  EXPECT_EQ(activated.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(activated.error().message, HasSubstr("wrong hash"));
}

TEST_F(DirectoryTest, QuarantineEndsWhenTheManifestChanges) {
  const auto version = save();
  ASSERT_TRUE(directory_.quarantine(version, "bad"));
  test::write_file(root_ / version / "metrics.json", "{}");
  EXPECT_TRUE(directory_.quarantine_reason(version)) << "the same manifest";
  test::seal_version(root_ / version);
  EXPECT_EQ(directory_.quarantine_reason(version), std::nullopt);
  EXPECT_TRUE(directory_.activate(version));
}

TEST_F(DirectoryTest, QuarantineOfAVersionWithoutManifestEndsWhenItHasOne) {
  const auto version = save();
  fs::rename(root_ / version / "manifest.json", root_ / "aside");
  ASSERT_TRUE(directory_.quarantine(version, "manifest.json is missing"));
  EXPECT_TRUE(directory_.quarantine_reason(version));
  fs::rename(root_ / "aside", root_ / version / "manifest.json");
  EXPECT_FALSE(directory_.quarantine_reason(version));
}

TEST_F(DirectoryTest, QuarantineReasonOfAnyBytes) {
  const auto version = save();
  ASSERT_TRUE(directory_.quarantine(version, "item \"caf\xE9\" is twice\n"));
  EXPECT_EQ(directory_.quarantine_reason(version), "item \"caf?\" is twice\n");
  ASSERT_TRUE(directory_.quarantine(version, "item \"café\" is twice"));
  EXPECT_EQ(directory_.quarantine_reason(version), "item \"café\" is twice");
}

TEST_F(DirectoryTest, QuarantineRecordThatCannotBeReadStillHolds) {
  const auto version = save();
  ASSERT_TRUE(directory_.quarantine(version, "bad"));
  for (const std::string record : {"", "{}", R"({"manifest":1,"reason":"x"})"}) {
    test::write_file(root_ / "quarantine" / (version + ".json"), record);
    EXPECT_THAT(directory_.quarantine_reason(version).value_or(""), HasSubstr("cannot be read")) << record;
  }
}

TEST_F(DirectoryTest, QuarantineTakesVersionsOnly) {
  EXPECT_EQ(directory_.quarantine("../../x", "bad").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(directory_.quarantine_reason("../../x"), std::nullopt);
}

TEST_F(DirectoryTest, LeftoversGoAfterAnHour) {
  const auto now = std::chrono::system_clock::now();
  fs::create_directories(root_ / "tmp-old" / "deep");
  test::write_file(root_ / "CURRENT.tmp-old", "x");
  fs::create_directories(root_ / "notes");
  save(now + 59min);
  EXPECT_TRUE(fs::exists(root_ / "tmp-old"));
  EXPECT_TRUE(fs::exists(root_ / "CURRENT.tmp-old"));
  save(now + 61min);
  EXPECT_FALSE(fs::exists(root_ / "tmp-old"));
  EXPECT_FALSE(fs::exists(root_ / "CURRENT.tmp-old"));
  EXPECT_TRUE(fs::exists(root_ / "notes"));
}

TEST_F(DirectoryTest, DraftWithAWrongConfiguration) {
  sample_.draft.config.heads = 3;
  EXPECT_THAT(refusal(), HasSubstr("heads"));
}

TEST_F(DirectoryTest, DraftWithWrongTensors) {
  const auto tensors = sample_.draft.tensors;
  sample_.draft.tensors.pop_back();
  EXPECT_THAT(refusal(), HasSubstr("final_norm.bias is missing"));
  sample_.draft.tensors = tensors;
  sample_.draft.tensors.push_back(tensors.front());
  EXPECT_THAT(refusal(), HasSubstr("item_embedding is there twice"));
  sample_.draft.tensors = tensors;
  sample_.draft.tensors.back().shape = {4, 2};
  EXPECT_THAT(refusal(), HasSubstr("final_norm.bias has the shape [4, 2]"));
  sample_.draft.tensors = tensors;
  sample_.draft.tensors.back().values = sample_.draft.tensors.back().values.first(7);
  EXPECT_THAT(refusal(), HasSubstr("final_norm.bias has 7 values"));
}

TEST_F(DirectoryTest, DraftWithAValueThatIsNotFinite) {
  sample_.tensor("blocks.1.feed_forward.in.weight")[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(refusal(), HasSubstr("blocks.1.feed_forward.in.weight: value 5 is nan"));
}

TEST_F(DirectoryTest, DraftWithAWrongVocabulary) {
  sample_.draft.vocabulary.push_back("one more");
  EXPECT_THAT(refusal(), HasSubstr("13 items"));
  sample_.draft.vocabulary.pop_back();
  sample_.draft.vocabulary.back() = "item-1";
  EXPECT_THAT(refusal(), HasSubstr("already in line 1"));
  sample_.draft.vocabulary.back() = "two\nlines";
  EXPECT_THAT(refusal(), HasSubstr("control character"));
}

TEST_F(DirectoryTest, DraftWithAWrongGoldenAnswer) {
  sample_.draft.golden = {{{"item-1"}, {{"nothing", 1.0F}}}};
  EXPECT_THAT(refusal(), HasSubstr("\"nothing\" is not in the vocabulary"));
}

TEST_F(DirectoryTest, DraftWithWhatJsonCannotHold) {
  sample_.draft.training["data"] = "caf\xE9.csv";
  EXPECT_THAT(refusal(), HasSubstr("config.json"));
  sample_.draft.training.clear();
  sample_.draft.metrics["ndcg@10"] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(), HasSubstr("metrics.json"));
}

TEST_F(DirectoryTest, IdsOfAnyEncodingAreKept) {
  sample_.draft.vocabulary[0] = "caf\xE9 \"x\" ";
  sample_.draft.golden = {{{"caf\xE9 \"x\" "}, {{"item-2", 1.0F}}}};
  const auto opened = Checkpoint::open(root_ / save());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->vocabulary().ids()[0], "caf\xE9 \"x\" ");
  EXPECT_EQ(opened->manifest().golden[0].history[0], "caf\xE9 \"x\" ");
}

TEST_F(DirectoryTest, ResolveTakesAVersionOrACheckpointsFolder) {
  const auto version = save();
  EXPECT_EQ(resolve(root_ / version).value(), root_ / version);
  const auto none = resolve(root_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().message, HasSubstr("CURRENT"));
  ASSERT_TRUE(directory_.activate(version));
  EXPECT_EQ(resolve(root_).value(), root_ / version);
  fs::rename(root_ / version, root_ / "elsewhere");
  EXPECT_THAT(resolve(root_).error().message, HasSubstr(version));
  EXPECT_EQ(resolve(root_ / "elsewhere").value(), root_ / "elsewhere");
  test::write_file(root_ / "CURRENT", "..");
  EXPECT_EQ(resolve(root_).error().code, ErrorCode::kCorrupt);
}

TEST_F(DirectoryTest, ResolveOfNothing) {
  const auto missing = resolve(root_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr(root_.string()));
}

TEST_F(DirectoryTest, ARejectedVersionSaysWhyAndMayStillBeActivated) {
  const auto first = save();
  const auto second = save();
  ASSERT_TRUE(directory_.activate(first));
  ASSERT_TRUE(directory_.reject(second, "popularity is better"));
  auto entries = directory_.list().value();
  EXPECT_EQ(entries[0].state, State::kRejected);
  EXPECT_EQ(entries[0].reason, "popularity is better");
  EXPECT_EQ(directory_.rejection_reason(second), "popularity is better");
  ASSERT_TRUE(directory_.activate(second));
  entries = directory_.list().value();
  EXPECT_EQ(entries[0].state, State::kActive);
  EXPECT_EQ(directory_.reject("..", "no").error().code, ErrorCode::kNotFound);
}

TEST_F(DirectoryTest, RemoveLeavesNothingOfAVersionAndNeverTakesTheActiveOne) {
  const auto first = save();
  const auto second = save();
  ASSERT_TRUE(directory_.activate(first));
  ASSERT_TRUE(directory_.quarantine(second, "bad"));
  ASSERT_TRUE(directory_.reject(second, "worse"));
  EXPECT_EQ(directory_.remove(first).error().code, ErrorCode::kInvalidInput);
  ASSERT_TRUE(directory_.remove(second));
  EXPECT_THAT(versions(directory_), ElementsAre(first));
  EXPECT_FALSE(fs::exists(root_ / "quarantine" / (second + ".json")));
  EXPECT_FALSE(fs::exists(root_ / "rejected" / (second + ".json")));
  for (const auto& entry : fs::directory_iterator(root_))
    EXPECT_FALSE(entry.path().filename().string().starts_with("tmp-"));
  EXPECT_EQ(directory_.remove(second).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(directory_.remove("../checkpoints").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Directory(root_ / "none").remove(first).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sasrec::checkpoint
