// What is on disk after a save or an activation that did not come to its end.

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "checkpoint/directory.hpp"
#include "child_process.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::checkpoint {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using testing::AllOf;
using testing::HasSubstr;

/// The real file system, up to operation number `failing` (from 0): that one is given to `fault`. A file is written by
/// half then.
class FaultyFileSystem : public FileSystem {
 public:
  explicit FaultyFileSystem(int failing) : failing_(failing) {}

  base::Result<void> create_directory(const fs::path& path) override {
    return is_due() ? fault() : real().create_directory(path);
  }
  base::Result<void> write_file(const fs::path& path, std::span<const std::byte> bytes) override {
    if (!is_due()) return real().write_file(path, bytes);
    (void)real().write_file(path, bytes.first(bytes.size() / 2));
    return fault();
  }
  base::Result<void> sync_directory(const fs::path& path) override {
    return is_due() ? fault() : real().sync_directory(path);
  }
  base::Result<void> rename(const fs::path& from, const fs::path& to) override {
    return is_due() ? fault() : real().rename(from, to);
  }
  base::Result<void> remove_all(const fs::path& path) override { return is_due() ? fault() : real().remove_all(path); }

  bool has_failed() const { return next_ > failing_; }

 protected:
  virtual bool is_due() { return next_++ == failing_; }
  virtual base::Result<void> fault() { return base::fail(ErrorCode::kIo, "injected"); }

  int next_ = 0;
  int failing_;
};

/// From operation `failing` on nothing works any more, as on a disk that was taken away.
class BrokenFileSystem final : public FaultyFileSystem {
  using FaultyFileSystem::FaultyFileSystem;
  bool is_due() override { return next_++ >= failing_; }
};

/// Kills the process at operation `failing`.
class DeadlyFileSystem final : public FaultyFileSystem {
  using FaultyFileSystem::FaultyFileSystem;
  base::Result<void> fault() override {
    (void)::raise(SIGKILL);
    return {};
  }
};

class SaveFailureTest : public testing::Test {
 protected:
  SaveFailureTest() { old_ = test::save_sample(sample_, root_).filename().string(); }

  /// Whatever happened: the active version opens, so does every listed one, and the next save works.
  void expect_consistent(const std::string& after) const {
    SCOPED_TRACE(after);
    Directory directory(root_);
    const auto current = directory.current();
    ASSERT_TRUE(current) << current.error().message;
    ASSERT_TRUE(Checkpoint::open(root_ / *current));
    const auto entries = directory.list();
    ASSERT_TRUE(entries);
    for (const auto& entry : *entries) {
      const auto opened = Checkpoint::open(root_ / entry.version);
      EXPECT_TRUE(opened) << opened.error().message;
    }
    const auto next = directory.save(sample_.draft, std::chrono::system_clock::now());
    ASSERT_TRUE(next) << next.error().message;
    ASSERT_TRUE(Checkpoint::open(root_ / *next));
    fs::remove_all(root_ / *next);
  }

  std::vector<std::string> listed() const {
    const auto entries = Directory(root_).list().value();
    std::vector<std::string> versions(entries.size());
    std::ranges::transform(entries, versions.begin(), &Entry::version);
    return versions;
  }

  std::size_t temporary_entries() const {
    return static_cast<std::size_t>(std::ranges::count_if(fs::directory_iterator(root_), [](const auto& entry) {
      return entry.path().filename().string().find("tmp-") != std::string::npos;
    }));
  }

  test::TemporaryFolder parent_;
  fs::path root_ = parent_.path() / "checkpoints";
  test::SampleModel sample_ = test::sample_model(test::sample_config(), 1);
  std::string old_;
};

constexpr int kSaveOperations = 10;  // folder, six files, fsync of the folder, rename, fsync of the root
constexpr int kActivateOperations = 3;
constexpr int kMetricsOperations = 5;  // two files removed and written, fsync of the folder

TEST_F(SaveFailureTest, EachOperationOfASaveFailsOnce) {
  for (int failing = 0; failing < kSaveOperations; ++failing) {
    FaultyFileSystem files(failing);
    const auto saved = Directory(root_, files).save(sample_.draft, std::chrono::system_clock::now());
    ASSERT_FALSE(saved) << failing;
    EXPECT_EQ(saved.error().code, ErrorCode::kIo);
    EXPECT_THAT(saved.error().message, AllOf(HasSubstr("injected"), HasSubstr("the active version stays as it was")));
    EXPECT_THAT(listed(), testing::ElementsAre(old_)) << failing;
    EXPECT_EQ(temporary_entries(), 0U) << failing;
    EXPECT_EQ(Directory(root_).current().value(), old_);
    expect_consistent(std::to_string(failing));
  }
  FaultyFileSystem files(kSaveOperations);
  EXPECT_TRUE(Directory(root_, files).save(sample_.draft, std::chrono::system_clock::now()));
  EXPECT_FALSE(files.has_failed()) << "a save has more operations than this test knows";
}

TEST_F(SaveFailureTest, TheFirstSaveOfAllFails) {
  const auto root = parent_.path() / "new" / "checkpoints";
  for (int failing = 0; failing < 2 + kSaveOperations; ++failing) {  // the checkpoints folder and its fsync come before
    FaultyFileSystem files(failing);
    ASSERT_FALSE(Directory(root, files).save(sample_.draft, std::chrono::system_clock::now())) << failing;
    EXPECT_EQ(Directory(root).current().error().code, ErrorCode::kNotFound);
    ASSERT_TRUE(Directory(root).save(sample_.draft, std::chrono::system_clock::now())) << failing;
    fs::remove_all(root);
  }
}

TEST_F(SaveFailureTest, TheDiskGoesAwayDuringASave) {
  for (int failing = 0; failing < kSaveOperations; ++failing) {
    BrokenFileSystem files(failing);
    ASSERT_FALSE(Directory(root_, files).save(sample_.draft, std::chrono::system_clock::now())) << failing;
    EXPECT_EQ(Directory(root_).current().value(), old_);
    // When only the last fsync and the way back are refused, a whole version stays.
    EXPECT_EQ(listed().size(), failing == kSaveOperations - 1 ? 2U : 1U) << failing;
    expect_consistent(std::to_string(failing));
  }
}

TEST_F(SaveFailureTest, EachOperationOfAnActivationFails) {
  const auto version = Directory(root_).save(sample_.draft, std::chrono::system_clock::now()).value();
  for (int failing = 0; failing < kActivateOperations; ++failing) {
    FaultyFileSystem files(failing);
    const auto activated = Directory(root_, files).activate(version);
    ASSERT_FALSE(activated) << failing;
    EXPECT_EQ(activated.error().code, ErrorCode::kIo);
    EXPECT_EQ(temporary_entries(), 0U);
    // The fsync comes after the new CURRENT is in its place.
    EXPECT_EQ(Directory(root_).current().value(), failing < kActivateOperations - 1 ? old_ : version) << failing;
    expect_consistent(std::to_string(failing));
  }
}

TEST_F(SaveFailureTest, EachOperationOfAQuarantineFails) {
  constexpr int kOperations = 5;
  for (int failing = 0; failing < kOperations; ++failing) {
    FaultyFileSystem files(failing);
    const auto recorded = Directory(root_, files).quarantine(old_, "bad");
    ASSERT_FALSE(recorded) << failing;
    EXPECT_EQ(Directory(root_).quarantine_reason(old_).has_value(), failing == kOperations - 1) << failing;
    fs::remove_all(root_ / "quarantine");
  }
}

TEST_F(SaveFailureTest, KilledAtEachOperation) {
  for (int deadly = 0; deadly <= kSaveOperations + kActivateOperations; ++deadly) {
    const auto end = test::run_in_child([&] {
      DeadlyFileSystem files(deadly);
      Directory directory(root_, files);
      const auto saved = directory.save(sample_.draft, std::chrono::system_clock::now());
      return saved && directory.activate(*saved) ? std::string("done") : std::string("failed");
    });
    const bool survives = deadly == kSaveOperations + kActivateOperations;
    EXPECT_EQ(end.signal, survives ? 0 : SIGKILL) << deadly;
    EXPECT_EQ(end.text, survives ? "done" : "") << deadly;
    expect_consistent(std::to_string(deadly));
  }
}

/// Stages, replaces the metrics, publishes and makes current.
std::string stage_and_publish(Directory& directory, const Draft& draft) {
  auto staged = directory.stage(draft, std::chrono::system_clock::now());
  if (!staged) return "not staged";
  const auto version = staged->publish(std::chrono::system_clock::now(), boost::json::object{{"measured", 1}});
  if (!version) return "not published";
  return directory.activate(*version) ? "done" : "not current";
}

TEST_F(SaveFailureTest, KilledAtEachOperationOfAStage) {
  constexpr int kOperations = kSaveOperations + kMetricsOperations + kActivateOperations;
  for (int deadly = 0; deadly <= kOperations; ++deadly) {
    const auto end = test::run_in_child([&] {
      DeadlyFileSystem files(deadly);
      Directory directory(root_, files);
      return stage_and_publish(directory, sample_.draft);
    });
    const bool survives = deadly == kOperations;
    EXPECT_EQ(end.signal, survives ? 0 : SIGKILL) << deadly;
    EXPECT_EQ(end.text, survives ? "done" : "") << deadly;
    expect_consistent(std::to_string(deadly));
  }
}

TEST_F(SaveFailureTest, EachOperationOfAStageFailsOnce) {
  for (int failing = 0; failing < kSaveOperations + kMetricsOperations; ++failing) {
    FaultyFileSystem files(failing);
    Directory directory(root_, files);
    EXPECT_THAT(stage_and_publish(directory, sample_.draft), testing::AnyOf("not staged", "not published")) << failing;
    EXPECT_TRUE(files.has_failed());
    EXPECT_EQ(temporary_entries(), 0U) << failing;
    EXPECT_THAT(listed(), testing::ElementsAre(old_)) << failing;
    expect_consistent(std::to_string(failing));
  }
}

std::string save_text(const fs::path& root, const Draft& draft) {
  const auto saved = Directory(root).save(draft, std::chrono::system_clock::now());
  return saved ? "saved" : saved.error().message;
}

TEST_F(SaveFailureTest, FilesMayNotGrow) {
  const auto end = test::run_in_child([&] {
    const rlimit limit{4096, 4096};
    (void)std::signal(SIGXFSZ, SIG_IGN);
    return ::setrlimit(RLIMIT_FSIZE, &limit) == 0 ? save_text(root_, sample_.draft) : std::string("no limit");
  });
  EXPECT_THAT(end.text, AllOf(HasSubstr("cannot write"), HasSubstr("model.safetensors: File too large"),
                              HasSubstr("the active version stays as it was")));
  EXPECT_THAT(listed(), testing::ElementsAre(old_));
  EXPECT_EQ(temporary_entries(), 0U);
  expect_consistent("file size limit");
}

/// Mounts a disk of 128 KiB on `folder`, which only this process sees. False where that is not permitted.
bool mount_small_disk(const fs::path& folder) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=128k") == 0;
}

TEST_F(SaveFailureTest, TheDiskIsFull) {
  auto config = test::sample_config();
  config.items = 8000;
  const auto big = test::sample_model(config, 2);
  const auto end = test::run_in_child([&]() -> std::string {
    if (!mount_small_disk(parent_.path())) return "not permitted";
    const auto folder = test::save_sample(sample_, root_);
    auto text = save_text(root_, big.draft);
    // The space is free again, and the old version is in its place.
    text += Checkpoint::open(folder) && resolve(root_).value_or("") == folder ? "; the old one opens" : "";
    text += "; then " + save_text(root_, sample_.draft);
    return text;
  });
  if (end.text == "not permitted") GTEST_SKIP() << "mounting a small disk is not permitted here";
  EXPECT_THAT(end.text, AllOf(HasSubstr("model.safetensors: No space left on device"),
                              HasSubstr("the active version stays as it was"), HasSubstr("the old one opens"),
                              HasSubstr("then saved")));
}

TEST_F(SaveFailureTest, ProcessesSaveAtTheSameTime) {
  constexpr int kProcesses = 3;
  constexpr int kSaves = 15;
  test::run_in_children(kProcesses, [&](int) {
    Directory directory(root_);
    for (int i = 0; i < kSaves; ++i) {
      const auto saved = directory.save(sample_.draft, std::chrono::system_clock::now());
      if (saved) (void)directory.activate(*saved);
    }
  });
  const auto versions = listed();
  ASSERT_EQ(versions.size(), 1U + kProcesses * kSaves);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    EXPECT_TRUE(versions[i].ends_with(fmt::format("-{:06}", versions.size() - i))) << versions[i];
  }
  EXPECT_EQ(temporary_entries(), 0U);
  expect_consistent("concurrent saves");
}

}  // namespace
}  // namespace sasrec::checkpoint
