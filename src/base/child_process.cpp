#include "base/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t is POSIX
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/background.hpp"

namespace sasrec::base {
namespace {

/// The texts as the system wants them; they must outlive the result.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// What a child needs to become the program. Made ready before the fork, because after it nothing may allocate.
struct Launch {
  const Command& command;
  char* const* arguments;
  char* const* environment;
  int failure;  ///< pipe that takes errno if something fails, and closes when the program starts
  pid_t parent;
};

bool redirect(std::optional<int> from, int to) {
  return !from || ::dup2(*from, to) >= 0;
}

bool take_on(const std::optional<Command::Account>& account) {
  return !account || (::setgroups(0, nullptr) == 0 && ::setgid(account->group) == 0 && ::setuid(account->user) == 0);
}

/// In the child. Calls only functions that are safe after a fork.
[[noreturn]] void become(const Launch& launch) {
  const auto& command = launch.command;
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (command.own_session) ::setsid();
  if (command.background) enter_background();
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool ready = input >= 0 && redirect(input, STDIN_FILENO) && redirect(command.output, STDOUT_FILENO) &&
                     redirect(command.errors, STDERR_FILENO) &&
                     (command.folder.empty() || ::chdir(command.folder.c_str()) == 0) && take_on(command.account) &&
                     // After the change of user, which would undo it.
                     ::prctl(PR_SET_PDEATHSIG, command.death_signal) == 0;
  // A listening socket in a child would keep the port after this process has ended. A kernel before 5.11 refuses this
  // flag; then the descriptors that were opened with O_CLOEXEC are closed all the same.
  static_cast<void>(::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC));
  if (::getppid() != launch.parent) ::_exit(0);  // the parent ended before the death signal was set
  if (ready) ::execvpe(launch.arguments[0], launch.arguments, launch.environment);
  const int error = errno;
  // If this fails too, nobody is left to tell.
  [[maybe_unused]] const auto written = ::write(launch.failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

Result<pid_t> start(const Command& command) {
  const auto refused = [&](int error) {
    return fail(ErrorCode::kIo, "{} can't be started: {}", command.arguments.front(),
                std::generic_category().message(error));
  };
  const auto arguments = pointers(command.arguments);
  const auto environment = command.environment ? pointers(*command.environment) : std::vector<char*>();
  std::array<int, 2> failure{};
  if (::pipe2(failure.data(), O_CLOEXEC) != 0) return refused(errno);
  const Launch launch{.command = command,
                      .arguments = arguments.data(),
                      .environment = command.environment ? environment.data() : environ,
                      .failure = failure[1],
                      .parent = ::getpid()};
  const pid_t child = ::fork();
  if (child == 0) become(launch);
  int error = child < 0 ? errno : 0;
  ::close(failure[1]);
  if (child > 0) {
    while (::read(failure[0], &error, sizeof error) < 0 && errno == EINTR) {
    }
  }
  ::close(failure[0]);
  if (error == 0) return child;
  if (child > 0) await_exit(child);
  return refused(error);
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int await_exit(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code(status);
}

}  // namespace sasrec::base
