#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): SIGKILL and its like are POSIX
#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/account.hpp"

namespace sasrec::test {

struct ProcessOptions {
  std::vector<std::string> environment;  ///< "NAME=value", added to this process's own and stronger than it
  std::filesystem::path folder;          ///< where it runs; empty: where this process does
  std::optional<Account> account;        ///< needs root; none: who this process is
  int death_signal = SIGKILL;            ///< what it gets when this process ends, however that happens
};

/// A program that runs in the background, with an empty standard input and its output kept in unlinked files. It does
/// not outlive this object, nor this process. One thread at a time, but not always the same.
class Process {
 public:
  /// Starts it. `program` is a path, or a name to look for in PATH. Throws std::runtime_error if that fails.
  Process(const std::string& program, const std::vector<std::string>& arguments, const ProcessOptions& options = {});
  /// Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  /// Sends it a signal, unless it has ended.
  void signal(int number);

  /// Its exit code, or minus the number of the signal that ended it; nothing while it runs.
  std::optional<int> exit_code();

  /// Waits for its end, and returns what exit_code() then says: nothing if it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);
  /// The same without a limit.
  int wait();

  /// What it has written so far.
  std::string out() const;
  std::string err() const;

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const;
  };
  using File = std::unique_ptr<std::FILE, CloseFile>;

  static File temporary_file();
  static std::string contents(std::FILE* file);
  std::optional<int> reap(int flags);

  File out_ = temporary_file();
  File err_ = temporary_file();
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// Whether no process of this number runs, be it a child of ours or not. One that waits to be reaped has ended.
bool has_ended(pid_t process);

}  // namespace sasrec::test
