#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "support/edit_version.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kFixtures = SASREC_FIXTURES;

/// `sasrec-trainer import-pytorch`, as users run it.
class ImportCommand : public testing::Test {
 protected:
  ImportCommand() {
    std::string ids;
    for (int item = 1; item <= 30; ++item) ids += "film " + std::to_string(item) + "\n";
    write_file(vocabulary_, ids);
  }

  Finished import(const std::string& file, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> arguments{"import-pytorch", file, "--vocab", vocabulary_, "--checkpoints", out_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run(SASREC_TRAINER_PROGRAM, arguments);
  }

  void expect_error(const Finished& finished, int exit_code, const std::string& message) const {
    EXPECT_EQ(finished.exit_code, exit_code);
    EXPECT_THAT(finished.err, HasSubstr("error: "));
    EXPECT_THAT(finished.err, HasSubstr(message));
    EXPECT_THAT(finished.out, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(out_) / "CURRENT"));
  }

  TemporaryFolder folder_;
  std::string vocabulary_ = (folder_.path() / "items.txt").string();
  std::string out_ = (folder_.path() / "checkpoints").string();
};

TEST_F(ImportCommand, TakesTheFolderByItsOlderNameToo) {
  const auto finished = run(SASREC_TRAINER_PROGRAM, {"import-pytorch", kFixtures + "/unmasked.pth", "--vocab",
                                                     vocabulary_, "--out", out_, "--heads", "2", "--json"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(out_) / "CURRENT"));
  EXPECT_THAT(finished.err, HasSubstr("checkpoints: " + out_ + "\n"));
}

TEST_F(ImportCommand, MakesAVersionThatServes) {
  const auto finished = import(kFixtures + "/unmasked.pth", {"--heads", "2", "--json"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  const auto document = boost::json::parse(finished.out).as_object();
  const auto& config = document.at("config").as_object();
  EXPECT_EQ(config.at("heads"), 2);
  EXPECT_EQ(config.at("items"), 30);
  EXPECT_EQ(config.at("norm"), "paper");
  EXPECT_EQ(config.at("padding"), "kept");
  const std::string version(document.at("version").as_string());
  EXPECT_EQ(read_file(std::filesystem::path(out_) / "CURRENT"), version + "\n");

  const auto verified = run(SASREC_PROGRAM, {"model", "verify", out_});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;

  // What PyTorch scores highest after this history; see fixtures/scores.json.
  const auto scores = boost::json::parse(read_file(kFixtures + "/scores.json")).as_object();
  const auto recommended =
      run(SASREC_PROGRAM, {"recommend", "--model", out_, "--history", "film 30,film 25,film 9", "-k", "1", "--json"});
  ASSERT_EQ(recommended.exit_code, 0) << recommended.err;
  const auto best = boost::json::parse(recommended.out).at("items").at(0).as_object();
  const auto item = std::stoul(std::string(best.at("item").as_string()).substr(5));
  const auto& model = scores.at("models").at(3);
  ASSERT_EQ(model.at("file"), "unmasked.pth");
  ASSERT_EQ(model.at("heads"), 2);
  EXPECT_NEAR(best.at("score").as_double(), model.at("scores").at(1).at(item - 1).as_double(), 1e-4);
}

TEST_F(ImportCommand, ReadsAVocabularyWrittenOnWindows) {
  std::string ids = "\xEF\xBB\xBF";
  for (int item = 1; item <= 30; ++item) ids += "film " + std::to_string(item) + "\r\n";
  write_file(vocabulary_, ids);
  const auto finished = import(kFixtures + "/older.pth", {"--json"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  const std::string version(boost::json::parse(finished.out).at("version").as_string());
  EXPECT_THAT(read_file(std::filesystem::path(out_) / version / "vocab.txt"), testing::StartsWith("film 1\nfilm 2\n"));
}

TEST_F(ImportCommand, SaysWhichVersionIsActive) {
  const auto finished = import(kFixtures + "/post.pth", {"--norm", "post", "--padding", "kept"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("is active in " + out_));
  EXPECT_THAT(finished.out, HasSubstr(R"("norm":"post")"));
}

TEST_F(ImportCommand, FailsOnWhatCantBeImported) {
  expect_error(import(folder_.path() / "none.pth"), 1, "none.pth: can't be opened");
  expect_error(import(kFixtures + "/code.pth"), 1, "only tensors are read");
  expect_error(import(folder_.path()), 1, folder_.path().string() + " is a folder");
  write_file(vocabulary_, "one\ntwo\n");
  expect_error(import(kFixtures + "/older.pth"), 1, "the vocabulary's 2 items");
  write_file(vocabulary_, "");
  expect_error(import(kFixtures + "/older.pth"), 1, "is empty");
  std::filesystem::remove(vocabulary_);
  std::filesystem::create_directory(vocabulary_);
  expect_error(import(kFixtures + "/older.pth"), 1, vocabulary_ + ": can't be read");
}

TEST_F(ImportCommand, TellsBadUsageApart) {
  const auto file = kFixtures + "/older.pth";
  expect_error(import(file, {"--norm", "none"}), 2, "--norm");
  expect_error(import(file, {"--padding", "left"}), 2, "--padding");
  expect_error(import(file, {"--heads", "two"}), 2, "--heads");
  expect_error(run(SASREC_TRAINER_PROGRAM, {"import-pytorch", file}), 2, "--");
}

TEST_F(ImportCommand, HelpShowsAnExample) {
  const auto help = run(SASREC_TRAINER_PROGRAM, {"import-pytorch", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Example:\n  sasrec-trainer import-pytorch "));
}

}  // namespace
}  // namespace sasrec::test
