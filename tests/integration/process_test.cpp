// What the other integration tests stand on: programs in the background that end when they should, free ports, and
// folders that go away.
#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;

Process shell(const std::string& script, const ProcessOptions& options = {}) {
  return Process("/bin/sh", {"-c", script}, options);
}

TEST(Process, IsReadWhileItRunsAndEndsByASignal) {
  auto process = shell("echo ready; echo oops >&2; exec sleep 600");
  EXPECT_TRUE(eventually(minutes(1), [&] { return process.err() == "oops\n"; }));
  EXPECT_EQ(process.out(), "ready\n");
  EXPECT_EQ(process.wait(milliseconds(1)), std::nullopt);
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(minutes(1)), -SIGTERM);
  EXPECT_EQ(process.exit_code(), -SIGTERM);
}

TEST(Process, HasTheExitCodeEnvironmentAndFolderItWasGiven) {
  const TemporaryFolder folder;
  auto process = shell("echo $WORD; pwd; cat; exit 7", {.environment = {"WORD=hello"}, .folder = folder.path()});
  EXPECT_EQ(process.wait(), 7);
  EXPECT_EQ(process.out(), "hello\n" + folder.path().string() + "\n");
}

TEST(Process, ThrowsIfTheProgramCannotBeStarted) {
  EXPECT_THROW(Process("/no/such/program", {}), std::runtime_error);
  EXPECT_THROW(Process("/bin/sh", {}, {.folder = "/no/such/folder"}), std::runtime_error);
}

TEST(Process, RunsAsAnotherAccount) {
  const auto account = unprivileged_account();
  if (!account) GTEST_SKIP() << "only root can change accounts";
  auto process = shell("id -u; id -G", {.account = account});
  EXPECT_EQ(process.wait(), 0) << process.err();
  EXPECT_EQ(process.out(), std::to_string(account->user) + "\n" + std::to_string(account->group) + "\n");
}

TEST(Process, OutlivesTheThreadThatStartedIt) {
  std::unique_ptr<Process> process;
  std::jthread([&] { process = std::make_unique<Process>("cat", std::vector<std::string>{"/dev/zero"}); }).join();
  EXPECT_EQ(process->wait(milliseconds(20)), std::nullopt);
}

TEST(Process, EndsWithItsObject) {
  pid_t number = 0;
  {
    auto process = shell("exec sleep 600");
    number = process.pid();
    EXPECT_FALSE(has_ended(number));
  }
  EXPECT_TRUE(has_ended(number));
}

TEST(Process, EndsWithTheProcessThatStartedIt) {
  Process test(SASREC_PROCESS_STARTER, {});
  const std::string mark = "started: ";
  ASSERT_TRUE(eventually(minutes(1), [&] { return test.out().find(mark) != std::string::npos; })) << test.err();
  std::istringstream said(test.out().substr(test.out().find(mark) + mark.size()));
  pid_t number = 0;
  std::filesystem::path folder;
  said >> number >> folder;
  ASSERT_FALSE(has_ended(number));
  remove_abandoned_folders(folder.parent_path());

  test.signal(SIGKILL);
  test.wait();
  EXPECT_TRUE(eventually(minutes(1), [&] { return has_ended(number); }));
  ASSERT_TRUE(std::filesystem::exists(folder));
  std::filesystem::last_write_time(folder, std::filesystem::file_time_type::clock::now() - minutes(2));
  remove_abandoned_folders(folder.parent_path());
  EXPECT_FALSE(std::filesystem::exists(folder)) << "the next test clears away what a killed one left";
}

TEST(TemporaryFolder, StaysWhileItIsInUseHoweverOld) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder(TemporaryFolder::Place::kDisk);
    path = folder.path();
    std::ofstream(path / "file") << "text";
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - minutes(2));
    remove_abandoned_folders(path.parent_path());
    EXPECT_TRUE(std::filesystem::exists(path / "file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FreePort, IsGivenOnce) {
  std::vector<std::unique_ptr<FreePort>> ports;
  std::set<std::uint16_t> numbers;
  for (int i = 0; i < 100; ++i) {
    ports.push_back(std::make_unique<FreePort>());
    numbers.insert(ports.back()->number());
  }
  EXPECT_EQ(numbers.size(), ports.size());
}

}  // namespace
}  // namespace sasrec::test
