#pragma once

#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sasrec::base {

/// A program to run as a child process, and how.
struct Command {
  struct Account {
    uid_t user = 0;
    gid_t group = 0;
  };

  std::vector<std::string> arguments;                   ///< [0] is the program: a path, or a name to look for in PATH
  std::optional<std::vector<std::string>> environment;  ///< all of it, "NAME=value"; none: this process's
  std::filesystem::path folder;                         ///< where it runs; empty: where this process does
  std::optional<Account> account;                       ///< needs root; none: this process's
  /// Sent to the child when the *thread* that starts it ends, however that happens.
  int death_signal = SIGKILL;
  std::optional<int> output;  ///< descriptors for what it writes; none: this process's own
  std::optional<int> errors;
  bool own_session = false;  ///< signals from the terminal do not reach it
  bool background = false;   ///< it runs with the priority of enter_background()
};

/// Starts the child: with an empty standard input, no signal blocked, and none of this process's descriptors but the
/// three standard ones. Returns once the program runs. kIo names the program and what failed; then nothing runs.
Result<pid_t> start(const Command& command);

/// What a status of waitpid() says: the exit code, or minus the number of the signal that ended the child.
int exit_code(int status);

/// Waits for the child's end and returns its exit_code().
int await_exit(pid_t child);

}  // namespace sasrec::base
