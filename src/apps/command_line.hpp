#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace sasrec::apps {

enum class ExitCode : std::uint8_t {
  kDone = 0,
  kFailed = 1,
  kBadUsage = 2,  ///< what was asked for makes no sense: unknown option, value out of range, missing argument
};

/// Parses the command line and runs the command that was chosen: commands set `result` in their CLI11 callbacks. Prints
/// help, version, errors of usage (with a pointer to --help) and exceptions (in one line). Returns the process's exit
/// code; it is 1 too if standard output could not be written.
int run_program(CLI::App& program, int argc, const char* const* argv, const ExitCode& result);

/// Prints "error: <message>" to standard error. Returns kFailed.
ExitCode failed(const base::Error& error);

/// The same for a wrong combination or value of options. Returns kBadUsage.
ExitCode bad_usage(std::string_view message);

/// Prints one line to standard output.
void print_line(std::string_view text);

}  // namespace sasrec::apps
