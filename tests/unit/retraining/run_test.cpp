#include "retraining/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/pause.hpp"
#include "checkpoint/checkpoint.hpp"
#include "recommend/model.hpp"
#include "support/fakes/fake_training_store.hpp"
#include "support/fakes/fake_windows.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"
#include "unit/retraining/sample_snapshot.hpp"

namespace sasrec::retraining {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class FakeSnapshots final : public SnapshotSource {
 public:
  base::Result<Snapshot> read(std::optional<std::int64_t> through_ordinal,
                              const std::function<void(std::size_t)>& told) override {
    ++reads;
    asked_through = through_ordinal;
    if (failures > 0) {
      --failures;
      return base::fail(code, "the source is away");
    }
    told(snapshot.sequences.items.size());
    return snapshot;
  }

  Snapshot snapshot = snapshot_of(kMinPopular);
  std::size_t failures = 0;
  ErrorCode code = ErrorCode::kUnavailable;
  std::size_t reads = 0;
  std::optional<std::int64_t> asked_through;
};

/// "Learns" random weights.
class FakeLearner final : public Learner {
 public:
  base::Result<Learned> learn(const Lesson& lesson, const std::function<void(const LearningProgress&)>& told,
                              const std::stop_token& stop) override {
    ++lessons;
    told({.epochs = 3, .loss = {}, .ndcg = {}, .seconds_left = {}});
    told({.epochs = 3, .epoch = 2, .loss = 0.5, .ndcg = 0.25, .seconds_left = {}});
    if (meanwhile) meanwhile();
    if (until_stopped && !base::pause(stop, 10s)) return base::fail(ErrorCode::kUnavailable, "stopped");
    if (!error.empty()) return base::fail(ErrorCode::kInvalidInput, "{}", error);
    model_.emplace(test::sample_model(test::sample_config(), 3));
    model_->draft.vocabulary = lesson.vocabulary.ids();
    Learned learned;
    learned.draft = model_->draft;
    learned.metrics.data.emplace().held = lesson.held;
    learned.reference.item_counts.assign(kItems, 1);
    return learned;
  }
  void forget() override { ++forgotten; }

  std::function<void()> meanwhile;
  bool until_stopped = false;
  std::string error;
  std::size_t lessons = 0;
  std::size_t forgotten = 0;

 private:
  std::optional<test::SampleModel> model_;
};

/// The real file system. Counts how often a file of a version is written, and how often it is read again. Fails once,
/// at operation number `failing` (from 0).
class CountingFileSystem final : public checkpoint::FileSystem {
 public:
  CountingFileSystem() : notify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
  CountingFileSystem(const CountingFileSystem&) = delete;
  CountingFileSystem& operator=(const CountingFileSystem&) = delete;
  ~CountingFileSystem() override { ::close(notify_); }

  base::Result<void> create_directory(const std::filesystem::path& path) override {
    if (is_due()) return fault();
    auto created = real().create_directory(path);
    // Watched from its beginning, and still the same folder under its later name.
    ::inotify_add_watch(notify_, path.c_str(), IN_CLOSE_WRITE | IN_CLOSE_NOWRITE);
    return created;
  }
  base::Result<void> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) override {
    return is_due() ? fault() : real().write_file(path, bytes);
  }
  base::Result<void> sync_directory(const std::filesystem::path& path) override {
    return is_due() ? fault() : real().sync_directory(path);
  }
  base::Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return is_due() ? fault() : real().rename(from, to);
  }
  base::Result<void> remove_all(const std::filesystem::path& path) override { return real().remove_all(path); }

  struct Uses {
    std::size_t written = 0;
    std::size_t read = 0;
  };
  Uses uses_of(std::string_view name) {
    Uses uses;
    alignas(inotify_event) std::array<char, 64UL * 1024> events{};
    for (ssize_t size = 0; (size = ::read(notify_, events.data(), events.size())) > 0;) {
      for (const char* at = events.data(); at < events.data() + size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(at);  // NOLINT: as inotify(7) says
        if (event->len > 0 && name == event->name) ++((event->mask & IN_CLOSE_WRITE) != 0 ? uses.written : uses.read);
        at += sizeof(inotify_event) + event->len;
      }
    }
    return uses;
  }

  std::optional<std::size_t> failing;
  bool failed = false;

 private:
  bool is_due() { return failing && next_++ == *failing; }
  base::Result<void> fault() {
    failed = true;
    return base::fail(ErrorCode::kIo, "injected");
  }

  int notify_;
  std::size_t next_ = 0;
};

class RunTest : public testing::Test {
 protected:
  base::Result<RunOutcome> work() { return work(registry_); }
  base::Result<RunOutcome> work(versions::Registry& registry) {
    run_ = store_.request_run("request").value();
    auto taken = store_.take_run("me", 1s, 3).value();
    if (!taken) throw std::logic_error("no run to take");
    if (known_version_) taken->version = *known_version_;
    return work_on(
        *taken,
        {.store = store_, .snapshots = snapshots_, .learner = learner_, .windows = windows_, .registry = registry},
        {.trainer = "me", .min_interactions = min_interactions_, .gate = {}, .retention = {}, .report_interval = 1ms},
        stop_.get_token());
  }
  TrainingRun row() { return store_.training_runs(1).value()[0]; }

  test::TemporaryFolder folder_;
  test::FakeTrainingStore store_;
  test::FakeWindows windows_;
  CountingFileSystem files_;
  versions::Registry registry_{folder_.path(), store_, nullptr, files_};
  FakeSnapshots snapshots_;
  FakeLearner learner_;
  std::size_t min_interactions_ = 100;
  std::optional<std::string> known_version_;
  std::stop_source stop_;
  TrainingRun run_;
};

TEST_F(RunTest, AModelThatBeatsPopularityIsPromoted) {
  const auto outcome = work();
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(outcome->state, RunState::kPromoted) << outcome->reason;
  EXPECT_EQ(registry_.directory().current().value_or(""), outcome->version);
  EXPECT_EQ(learner_.forgotten, 1U);
  EXPECT_EQ(row().state, RunState::kPromoted);
  EXPECT_EQ(row().version, outcome->version);
  EXPECT_EQ(row().through_ordinal, 77);
  EXPECT_EQ(row().interactions, snapshots_.snapshot.sequences.items.size());
  EXPECT_EQ(row().epochs, 3U);
  EXPECT_EQ(row().epoch, 2U);
  EXPECT_EQ(row().ndcg, 0.25);

  const auto made = checkpoint::Checkpoint::open(folder_.path() / outcome->version);
  ASSERT_TRUE(made);
  const auto metrics = checkpoint::read_metrics(made->metrics());
  ASSERT_TRUE(metrics.gate);
  EXPECT_EQ(metrics.gate->code, "no-rival");
  EXPECT_EQ(metrics.test_ndcg(), metrics.gate->candidate);
  EXPECT_NEAR(metrics.gate->popularity, 0.3155, 1e-4) << "the last of eight: 1 / log2(9)";
  ASSERT_TRUE(metrics.data && metrics.data->held);
  EXPECT_EQ(metrics.data->held->rule, "users");
  EXPECT_EQ(metrics.data->held->share, 0.5);
}

TEST_F(RunTest, TheCandidateIsWrittenOnceAndLoadedOnce) {
  const auto first = work();
  ASSERT_TRUE(first && first->state == RunState::kPromoted);
  const auto uses = files_.uses_of("model.safetensors");
  EXPECT_EQ(uses.written, 1U);
  ASSERT_TRUE(recommend::Model::load(folder_.path() / first->version));
  const auto one_load = files_.uses_of("model.safetensors").read;
  EXPECT_EQ(uses.read, one_load);
}

TEST_F(RunTest, WhateverOperationOfTheDiskFailsTheRunSaysSoAndTheNextOneSucceeds) {
  std::size_t failures = 0;
  for (std::size_t failing = 0;; ++failing, ++failures) {
    CountingFileSystem files;
    files.failing = failing;
    versions::Registry registry(folder_.path(), store_, nullptr, files);
    const auto before = registry_.directory().current();
    const auto outcome = work(registry);
    ASSERT_TRUE(outcome) << failing;
    if (!files.failed) {
      EXPECT_NE(outcome->state, RunState::kFailed);
      break;
    }
    EXPECT_EQ(outcome->state, RunState::kFailed) << failing;
    EXPECT_THAT(outcome->reason, HasSubstr("injected")) << failing;
    const auto entries = registry_.directory().list().value();
    for (const auto& entry : entries) {
      EXPECT_TRUE(recommend::Model::load(folder_.path() / entry.version)) << failing;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("tmp-")) << failing << ": nothing half written stays";
    }
    EXPECT_GE(registry_.directory().current().has_value(), before.has_value()) << failing;
  }
  EXPECT_GT(failures, 15U) << "a stage, its metrics, its name, and CURRENT";
}

TEST_F(RunTest, AModelThatPopularityBeatsIsKeptAndNotServed) {
  snapshots_.snapshot = snapshot_of(kMaxPopular);
  const auto outcome = work();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->state, RunState::kRejected);
  EXPECT_THAT(outcome->reason, HasSubstr("popularity"));
  EXPECT_EQ(row().reason, outcome->reason);
  EXPECT_FALSE(registry_.directory().current());
  EXPECT_EQ(registry_.directory().rejection_reason(outcome->version), outcome->reason);
  EXPECT_EQ(learner_.forgotten, 1U);
}

TEST_F(RunTest, TooLittleDataFailsBeforeAnythingIsLearned) {
  min_interactions_ = 10'000;
  const auto outcome = work();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state, RunState::kFailed);
  EXPECT_THAT(row().reason, HasSubstr("too little data"));
  EXPECT_EQ(learner_.lessons, 0U);
}

TEST_F(RunTest, ASnapshotThatIsAwayIsReadAgain) {
  snapshots_.failures = 2;
  const auto outcome = work();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state, RunState::kPromoted);
  EXPECT_EQ(snapshots_.reads, 3U);
}

TEST_F(RunTest, ASnapshotThatIsBrokenFailsTheRun) {
  snapshots_.failures = 1;
  snapshots_.code = ErrorCode::kCorrupt;
  const auto outcome = work();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state, RunState::kFailed);
  EXPECT_EQ(row().reason, "the source is away");
  EXPECT_EQ(snapshots_.reads, 1U);
}

TEST_F(RunTest, AStopGivesTheRunBackAndKeepsItsEpochs) {
  learner_.until_stopped = true;
  learner_.meanwhile = [this] {
    stop_.request_stop();
  };
  const auto outcome = work();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(learner_.forgotten, 0U);
  EXPECT_FALSE(registry_.directory().current());
  EXPECT_TRUE(store_.take_run("another", 1s, 3).value()) << "released, so that it is taken up at once";
}

TEST_F(RunTest, ARunThatAnotherTrainerHasTakenIsLeftToIt) {
  learner_.until_stopped = true;
  learner_.meanwhile = [this] {
    store_.lose();
  };
  const auto outcome = work();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(is_final(row().state));
  EXPECT_FALSE(registry_.directory().current());
}

TEST_F(RunTest, WhatTheLearnerCannotLearnFailsTheRun) {
  learner_.error = "nothing to learn from";
  const auto outcome = work();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state, RunState::kFailed);
  EXPECT_EQ(row().reason, "nothing to learn from");
}

TEST_F(RunTest, AModelThatCannotBeMadeCurrentFailsTheRun) {
  learner_.meanwhile = [this] {
    std::filesystem::create_directories(folder_.path() / "CURRENT" / "in the way");
  };
  const auto outcome = work();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state, RunState::kFailed);
  EXPECT_THAT(row().reason, HasSubstr("CURRENT"));
  EXPECT_EQ(learner_.forgotten, 0U);
}

TEST_F(RunTest, WithoutWindowsOfKindsTheModelIsPromotedAllTheSame) {
  windows_.down = true;
  const auto outcome = work();
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->state, RunState::kPromoted) << outcome->reason;
  const auto made = checkpoint::Checkpoint::open(folder_.path() / outcome->version);
  ASSERT_TRUE(made);
  EXPECT_THAT(checkpoint::read_reference(made->reference(), kItems)->drift, IsEmpty());
}

TEST_F(RunTest, ARunWhoseModelIsCurrentAlreadyWasPromoted) {
  const auto first = work();
  ASSERT_TRUE(first);
  known_version_ = first->version;
  const auto again = work();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, RunState::kPromoted);
  EXPECT_EQ(again->version, first->version);
  EXPECT_EQ(snapshots_.reads, 1U);
}

}  // namespace
}  // namespace sasrec::retraining
