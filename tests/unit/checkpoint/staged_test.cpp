#include "checkpoint/staged.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/directory.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::checkpoint {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::system_clock;

class StagedTest : public testing::Test {
 protected:
  Staged stage() { return directory_.stage(sample_.draft, system_clock::now()).value(); }
  std::ptrdiff_t folders() const {
    return std::distance(fs::directory_iterator(directory_.root()), fs::directory_iterator()) -
           (fs::exists(directory_.root() / ".lock") ? 1 : 0);
  }

  test::TemporaryFolder folder_;
  test::SampleModel sample_ = test::sample_model(test::sample_config(), 1);
  Directory directory_{folder_.path()};
};

TEST_F(StagedTest, OpensLikeAVersionAndIsNotListed) {
  const auto staged = stage();
  const auto opened = Checkpoint::open(staged.folder());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->metrics(), sample_.draft.metrics);
  EXPECT_THAT(directory_.list().value(), testing::IsEmpty());
}

TEST_F(StagedTest, WithoutANameNothingOfItStays) {
  {
    const auto staged = stage();
  }
  EXPECT_EQ(folders(), 0);
}

TEST_F(StagedTest, PublishedItIsAVersionWithTheMetricsThatWereMeasuredOnIt) {
  auto staged = stage();
  const auto stage_folder = staged.folder();
  const auto weights = fs::hard_link_count(stage_folder / "model.safetensors");
  ASSERT_EQ(weights, 1U);
  fs::create_hard_link(stage_folder / "model.safetensors", folder_.path() / "same");
  const boost::json::object metrics{{"test", {{"ndcg@10", 0.5}}}};
  const auto version = staged.publish(system_clock::now(), metrics).value();
  EXPECT_FALSE(fs::exists(stage_folder));
  const auto opened = Checkpoint::open(directory_.root() / version);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->metrics(), metrics);
  EXPECT_TRUE(fs::equivalent(directory_.root() / version / "model.safetensors", folder_.path() / "same"))
      << "the weights were written once";
}

TEST_F(StagedTest, MetricsThatCannotBeReadAgainPublishNothing) {
  {
    auto staged = stage();
    const boost::json::object metrics{{"ndcg", std::numeric_limits<double>::quiet_NaN()}};
    const auto version = staged.publish(system_clock::now(), metrics);
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, base::ErrorCode::kInvalidInput);
    EXPECT_TRUE(Checkpoint::open(staged.folder())) << "it can be published with other metrics";
  }
  EXPECT_EQ(folders(), 0);
}

TEST_F(StagedTest, AMovedStageIsOne) {
  std::optional<Staged> kept;
  {
    auto staged = stage();
    kept.emplace(std::move(staged));
  }
  EXPECT_TRUE(fs::exists(kept->folder()));
  EXPECT_TRUE(kept->publish(system_clock::now()));
}

TEST_F(StagedTest, AnOldStageIsRemovedOnlyWhenItsProcessHasEnded) {
  auto staged = stage();
  fs::create_directory(directory_.root() / "tmp-left");
  for (const auto& folder : {staged.folder(), directory_.root() / "tmp-left"}) {
    fs::last_write_time(folder, fs::file_time_type::clock::now() - hours(2));
  }
  ASSERT_TRUE(directory_.save(sample_.draft, system_clock::now()));
  EXPECT_TRUE(fs::exists(staged.folder())) << "it is still being judged";
  EXPECT_FALSE(fs::exists(directory_.root() / "tmp-left"));
}

}  // namespace
}  // namespace sasrec::checkpoint
