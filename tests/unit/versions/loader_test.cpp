#include "versions/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/edit_version.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"
#include "versions/slot.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using namespace std::chrono_literals;

class ModelLoaderTest : public testing::Test {
 protected:
  /// A new version, made current; returns its name.
  std::string publish(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), folder_.path()).filename().string();
  }
  void damage(const std::string& version) {
    auto weights = test::read_file(folder_.path() / version / "model.safetensors");
    weights.back() = static_cast<char>(weights.back() ^ 1);
    test::write_file(folder_.path() / version / "model.safetensors", weights);
  }
  std::string served() const { return slot_.get() ? slot_.get()->version() : ""; }

  test::TemporaryFolder folder_;
  double loads(const char* outcome) { return metrics_.model_loads.Add({{"outcome", outcome}}).Value(); }

  versions::Slot slot_;
  telemetry::Metrics metrics_;
  Loader loader_{folder_.path(), slot_, metrics_, {.interval = 1ms}};
};

TEST_F(ModelLoaderTest, LoadsCurrentAndEachThatFollows) {
  EXPECT_EQ(loader_.refresh().error().code, ErrorCode::kNotFound);
  EXPECT_EQ(served(), "");
  const auto first = publish(1);
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(served(), first);
  const auto model = slot_.get();
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(slot_.get(), model);  // not loaded again
  const auto second = publish(2);
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(served(), second);
}

TEST_F(ModelLoaderTest, TellsWhichVersionIsServed) {
  std::vector<std::string> told;
  Loader loader(folder_.path(), slot_, metrics_, {.on_served = [&](const std::string& version) {
                  told.push_back(version);
                }});
  const auto first = publish(1);
  ASSERT_TRUE(loader.refresh());
  ASSERT_TRUE(loader.refresh());
  damage(publish(2));
  EXPECT_FALSE(loader.refresh());
  EXPECT_EQ(told, std::vector{first});
}

TEST_F(ModelLoaderTest, ItsStateSaysWhatIsServedAndWhatIsNot) {
  EXPECT_FALSE(loader_.state().settled);
  EXPECT_FALSE(loader_.refresh());
  EXPECT_TRUE(loader_.state().settled);
  EXPECT_EQ(loader_.state().served, "");
  EXPECT_EQ(loader_.state().problem, "");  // there is none to serve
  const auto first = publish(1);
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(loader_.state().served, first);
  EXPECT_EQ(loader_.state().problem, "");
  const auto second = publish(2);
  damage(second);
  EXPECT_FALSE(loader_.refresh());
  EXPECT_EQ(loader_.state().served, first);
  EXPECT_THAT(loader_.state().problem, HasSubstr(second));
}

TEST_F(ModelLoaderTest, ABadFirstVersionSettlesTheStateToo) {
  damage(publish(1));
  EXPECT_FALSE(loader_.refresh());
  EXPECT_TRUE(loader_.state().settled);
  EXPECT_EQ(loader_.state().served, "");
  EXPECT_NE(loader_.state().problem, "");
}

TEST_F(ModelLoaderTest, AnErrorThatMayPassSettlesTheStateOnlyAfterAWhile) {
  // A file where the folder should be, as where a volume isn't mounted as it should.
  const auto checkpoints = folder_.path() / "checkpoints";
  test::write_file(checkpoints, "");
  Loader patient(checkpoints, slot_, metrics_, {});
  ASSERT_EQ(patient.refresh().error().code, ErrorCode::kIo);
  EXPECT_FALSE(patient.state().settled);
  EXPECT_NE(patient.state().problem, "");
  Loader impatient(checkpoints, slot_, metrics_, {.patience = 0ms});
  ASSERT_FALSE(impatient.refresh());
  EXPECT_TRUE(impatient.state().settled);
  std::filesystem::remove(checkpoints);
  const auto version = test::save_sample(test::sample_model(test::sample_config(), 1), checkpoints).filename().string();
  ASSERT_TRUE(patient.refresh());
  EXPECT_TRUE(patient.state().settled);
  EXPECT_EQ(patient.state().served, version);
}

TEST_F(ModelLoaderTest, GoesBackToAnOlderVersionThatIsMadeCurrent) {
  const auto first = publish(1);
  publish(2);
  ASSERT_TRUE(loader_.refresh());
  ASSERT_TRUE(checkpoint::Directory(folder_.path()).activate(first));
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(served(), first);
}

TEST_F(ModelLoaderTest, ABadVersionIsQuarantinedAndTheGoodOneStays) {
  const auto good = publish(1);
  ASSERT_TRUE(loader_.refresh());
  const auto bad = publish(2);
  damage(bad);
  const auto refused = loader_.refresh();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(served(), good);
  EXPECT_TRUE(checkpoint::Directory(folder_.path()).quarantine_reason(bad));
  EXPECT_THAT(loader_.refresh().error().message, HasSubstr("quarantined"));
  EXPECT_EQ(served(), good);
  EXPECT_EQ(loads("loaded"), 1);
  EXPECT_EQ(loads("corrupt"), 1);
  EXPECT_EQ(loads("quarantined"), 0);  // once for each version
  const auto next = publish(3);
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(served(), next);
}

TEST_F(ModelLoaderTest, AnotherProcessesQuarantineCounts) {
  const auto version = publish(1);
  ASSERT_TRUE(checkpoint::Directory(folder_.path()).quarantine(version, "I said so"));
  EXPECT_THAT(loader_.refresh().error().message, HasSubstr("I said so"));
  EXPECT_FALSE(loader_.refresh());
  EXPECT_EQ(loads("quarantined"), 1);
  EXPECT_EQ(served(), "");
}

TEST_F(ModelLoaderTest, AVersionThatWasRepairedIsServed) {
  const auto bad = publish(1);
  damage(bad);
  ASSERT_FALSE(loader_.refresh());
  test::seal_version(folder_.path() / bad);  // a manifest that fits the files: another hash
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(served(), bad);
}

TEST_F(ModelLoaderTest, WhereTheQuarantineCannotBeRecordedABadVersionIsRemembered) {
  const auto bad = publish(1);
  damage(bad);
  test::write_file(folder_.path() / "quarantine", "a file where the folder should be");
  const auto first = loader_.refresh();
  ASSERT_FALSE(first);
  // Mended without a new manifest: who would look at the files again would find it good.
  damage(bad);
  const auto again = loader_.refresh();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, first.error().message);
  EXPECT_EQ(served(), "");
}

TEST_F(ModelLoaderTest, AnErrorThatMayPassIsTriedAgain) {
  const auto version = publish(1);
  std::filesystem::rename(folder_.path() / version, folder_.path() / "elsewhere");
  EXPECT_FALSE(loader_.refresh());
  std::filesystem::rename(folder_.path() / "elsewhere", folder_.path() / version);
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(served(), version);
}

TEST_F(ModelLoaderTest, AnOldModelIsFreedHereOnceNobodyUsesIt) {
  publish(1);
  ASSERT_TRUE(loader_.refresh());
  auto in_use = slot_.get();
  const std::weak_ptr<const recommend::Model> old = in_use;
  publish(2);
  ASSERT_TRUE(loader_.refresh());
  EXPECT_EQ(loader_.retired(), 1U);
  in_use.reset();
  EXPECT_FALSE(old.expired());  // not by who used it last
  ASSERT_TRUE(loader_.refresh());
  EXPECT_TRUE(old.expired());
  EXPECT_EQ(loader_.retired(), 0U);
}

TEST_F(ModelLoaderTest, RunsUntilItIsStopped) {
  std::jthread running([&](const std::stop_token& stop) { loader_.run(stop); });
  const auto version = publish(1);
  while (served() != version) std::this_thread::yield();
  const auto next = publish(2);
  while (served() != next) std::this_thread::yield();
  running.request_stop();
  running.join();
}

TEST_F(ModelLoaderTest, LooksAtOnceWhenItIsWoken) {
  Loader patient(folder_.path(), slot_, metrics_, {.interval = 1h});
  std::jthread running([&](const std::stop_token& stop) { patient.run(stop); });
  const auto first = publish(1);
  patient.wake();
  while (served() != first) std::this_thread::yield();
  const auto version = publish(2);
  patient.wake();
  while (served() != version) std::this_thread::yield();
}

}  // namespace
}  // namespace sasrec::versions
