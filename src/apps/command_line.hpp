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
  kBadUsage = 2,  ///< the command line is wrong: unknown option, value out of range, missing argument
};

/// Parses the command line and runs the chosen command. Commands set `result` in their CLI11 callbacks. Prints help,
/// version, usage errors (with a reference to --help) and exceptions (on one line). Returns the exit code of the
/// process: that of `result`, or 1 if standard output could not be written.
int run_program(CLI::App& program, int argc, const char* const* argv, const ExitCode& result);

/// Prints "error: <message>" to standard error. Returns kFailed.
ExitCode failed(const base::Error& error);

/// The same for a wrong value or combination of options. Returns kBadUsage.
ExitCode bad_usage(std::string_view message);

/// Prints one line to standard output.
void print_line(std::string_view text);

}  // namespace sasrec::apps
