#include "base/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

namespace sasrec::base {
namespace {

/// Runs a script of the shell to its end: what it wrote, and its exit code.
std::pair<std::string, int> run(const std::string& script, Command command = {}) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return {"no pipe", -1};
  command.arguments = {"sh", "-c", script};
  command.output = pipe[1];
  const auto child = start(command);
  ::close(pipe[1]);
  if (!child) return {child.error().message, -1};
  std::string text;
  std::array<char, 256> part{};
  for (ssize_t size = 0; (size = ::read(pipe[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  ::close(pipe[0]);
  return {text, await_exit(*child)};
}

TEST(ChildProcess, GivesItsExitCodeOrItsSignal) {
  EXPECT_EQ(run("exit 7").second, 7);
  EXPECT_EQ(run("kill -TERM $$").second, -SIGTERM);
}

TEST(ChildProcess, AProgramThatIsNotThereIsNamed) {
  const auto child = start({.arguments = {"/nowhere/program"}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().message, "/nowhere/program can't be started: No such file or directory");
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "nothing is left behind";
}

TEST(ChildProcess, HasNoInputAndTheEnvironmentAndFolderThatItWasGiven) {
  EXPECT_EQ(run("cat; echo $NAME; pwd", {.environment = {{"NAME=value", "PATH=/bin:/usr/bin"}}, .folder = "/"}).first,
            "value\n/\n");
  ::setenv("SASREC_TEST_INHERITED", "yes", 1);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(run("echo $SASREC_TEST_INHERITED").first, "yes\n");
}

TEST(ChildProcess, InheritsNoDescriptor) {
  constexpr int kNumber = 77;  // which the shell does not use for itself
  const int open = ::open("/dev/null", O_RDONLY);
  ASSERT_EQ(::dup2(open, kNumber), kNumber);  // without O_CLOEXEC on purpose
  const auto found = run("test -e /proc/$$/fd/77 && echo inherited || echo closed").first;
  ::close(kNumber);
  ::close(open);
  EXPECT_EQ(found, "closed\n");
}

TEST(ChildProcess, BlocksNoSignal) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto end = run("kill -TERM $$; echo survived").second;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(end, -SIGTERM);
}

TEST(ChildProcess, EndsWithTheThreadThatStartedIt) {
  pid_t child = -1;
  std::thread([&] { child = start({.arguments = {"sleep", "600"}, .death_signal = SIGINT}).value_or(-1); }).join();
  ASSERT_GT(child, 0);
  EXPECT_EQ(await_exit(child), -SIGINT);
}

TEST(ChildProcess, RunsInTheBackgroundAndInItsOwnSession) {
  EXPECT_EQ(run("nice", {.background = true}).first, "10\n");
  EXPECT_EQ(run("test $(ps -o sid= -p $$) = $$ && echo own", {.own_session = true}).first, "own\n");
}

TEST(ChildProcess, RunsAsAnotherAccount) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(run("id -u; id -g; id -G", {.account = {{.user = 65534, .group = 65534}}}).first, "65534\n65534\n65534\n");
}

}  // namespace
}  // namespace sasrec::base
