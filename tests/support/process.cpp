#include "support/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <future>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "support/eventually.hpp"

namespace sasrec::test {
namespace {

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Forks on a thread that lives as long as this process: the kernel sends the death signal when the *thread* that
/// forked ends, and a test may well start a server on a thread that ends before it.
class ForkingThread {
 public:
  pid_t run(std::packaged_task<pid_t()> task) {
    auto result = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return result.get();
  }

 private:
  void serve(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !tasks_.empty(); })) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::packaged_task<pid_t()>> tasks_;
  std::jthread thread_{[this](const std::stop_token& stop) {
    serve(stop);
  }};
};

/// The texts as the system wants them; they must outlive the result.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// What a new process needs to become the program, made ready before the fork: after it nothing may allocate.
struct Launch {
  const char* program;
  char** arguments;
  char** environment;
  const ProcessOptions& options;
  int out;
  int err;
  int failure;  ///< pipe that takes errno if something fails, and closes when the program starts
  pid_t parent;
};

[[noreturn]] void become(const Launch& launch) {
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto& folder = launch.options.folder;
  const auto& account = launch.options.account;
  const bool ready =
      in >= 0 && ::dup2(in, STDIN_FILENO) >= 0 && ::dup2(launch.out, STDOUT_FILENO) >= 0 &&
      ::dup2(launch.err, STDERR_FILENO) >= 0 && (folder.empty() || ::chdir(folder.c_str()) == 0) &&
      (!account || (::setgroups(0, nullptr) == 0 && ::setgid(account->group) == 0 && ::setuid(account->user) == 0)) &&
      // After the change of user, which would undo it.
      ::prctl(PR_SET_PDEATHSIG, launch.options.death_signal) == 0;
  if (ready && ::getppid() == launch.parent) {
    ::execvpe(launch.program, launch.arguments, launch.environment);
  }
  const int error = errno;
  // If this fails too, nobody is left to tell.
  [[maybe_unused]] const auto written = ::write(launch.failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments, const ProcessOptions& options) {
  std::vector<std::string> command{program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables(options.environment);
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  auto argument_pointers = pointers(command);
  auto variable_pointers = pointers(variables);

  std::array<int, 2> failure{};
  if (::pipe2(failure.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
  const Launch launch{.program = program.c_str(),
                      .arguments = argument_pointers.data(),
                      .environment = variable_pointers.data(),
                      .options = options,
                      .out = ::fileno(out_.get()),
                      .err = ::fileno(err_.get()),
                      .failure = failure[1],
                      .parent = ::getpid()};
  static ForkingThread forking_thread;
  int error = 0;
  pid_ = forking_thread.run(std::packaged_task<pid_t()>([&] {
    const pid_t child = ::fork();
    if (child == 0) become(launch);
    if (child < 0) error = errno;
    return child;
  }));
  ::close(failure[1]);
  if (pid_ > 0) {
    while (::read(failure[0], &error, sizeof error) < 0 && errno == EINTR) {
    }
  }
  ::close(failure[0]);
  if (error != 0) {
    if (pid_ > 0) wait();
    throw std::system_error(error, std::generic_category(), program);
  }
}

Process::~Process() {
  signal(SIGKILL);
  reap(0);
}

void Process::signal(int number) {
  // Until it is reaped its number belongs to nobody else.
  if (!exit_code()) ::kill(pid_, number);
}

std::optional<int> Process::exit_code() {
  return reap(WNOHANG);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  [[maybe_unused]] const bool ended = eventually(limit, [&] { return exit_code().has_value(); });
  return exit_code_;
}

int Process::wait() {
  return reap(0).value();
}

std::string Process::out() const {
  return contents(out_.get());
}

std::string Process::err() const {
  return contents(err_.get());
}

void Process::CloseFile::operator()(std::FILE* file) const {
  std::fclose(file);
}

// Files rather than pipes: a program that fills one pipe while the other is being read would wait for ever.
Process::File Process::temporary_file() {
  File file(std::tmpfile());
  if (!file) throw_errno("tmpfile");
  // Other programs that are started meanwhile have no use for it.
  if (::fcntl(::fileno(file.get()), F_SETFD, FD_CLOEXEC) != 0) throw_errno("fcntl");
  return file;
}

std::string Process::contents(std::FILE* file) {
  // At an offset of our own: the program writes at the one that the file has.
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0;
       (count = ::pread(::fileno(file), buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) != 0;) {
    if (count < 0) throw_errno("pread");
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::optional<int> Process::reap(int flags) {
  if (exit_code_) return exit_code_;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(pid_, &status, flags)) < 0) {
    if (errno != EINTR) throw_errno("waitpid");
  }
  if (ended == pid_) exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return exit_code_;
}

bool has_ended(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  // "number (name) state ...", and the name may hold anything. Where nobody reaps orphans they stay zombies for ever.
  const auto name_end = text.rfind(')');
  return name_end == std::string::npos || text.substr(name_end, 3) == ") Z";
}

}  // namespace sasrec::test
