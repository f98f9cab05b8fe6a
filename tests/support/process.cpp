#include "support/process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <future>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "base/child_process.hpp"
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
  base::Result<pid_t> run(std::packaged_task<base::Result<pid_t>()> task) {
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
  std::deque<std::packaged_task<base::Result<pid_t>()>> tasks_;
  std::jthread thread_{[this](const std::stop_token& stop) {
    serve(stop);
  }};
};

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments, const ProcessOptions& options) {
  base::Command command{.arguments = {program},
                        .environment = options.environment,
                        .folder = options.folder,
                        .death_signal = options.death_signal,
                        .output = ::fileno(out_.get()),
                        .errors = ::fileno(err_.get())};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  for (char** variable = environ; *variable != nullptr; ++variable) command.environment->emplace_back(*variable);
  if (options.account) command.account = {.user = options.account->user, .group = options.account->group};
  static ForkingThread forking_thread;
  const auto started =
      forking_thread.run(std::packaged_task<base::Result<pid_t>()>([&] { return base::start(command); }));
  if (!started) throw std::runtime_error(started.error().message);
  pid_ = *started;
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
  if (ended == pid_) exit_code_ = base::exit_code(status);
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
