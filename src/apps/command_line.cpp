#include "apps/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace sasrec::apps {
namespace {

int number(ExitCode code) {
  return static_cast<int>(code);
}

/// The command that was being parsed, e.g. "sasrec model verify".
std::string chosen_command(const CLI::App& program) {
  std::string name = program.get_name();
  for (const CLI::App* command = &program; !command->get_subcommands().empty();) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  return name;
}

/// The arguments without the program's name, in the reverse order that CLI11 needs. `--option=` becomes an option and
/// an empty value, since CLI11 would use the next argument as the value.
std::vector<std::string> arguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int n = 1; n < argc; ++n) {
    std::string argument = argv[n];
    const bool empty_value = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    if (empty_value) argument.pop_back();
    arguments.push_back(std::move(argument));
    if (empty_value) arguments.emplace_back();
  }
  std::ranges::reverse(arguments);
  return arguments;
}

/// The message for an error. For a mistyped command it names that command, where CLI11 only says that one is required.
std::string describe(const CLI::App& program, const CLI::ParseError& error) {
  const std::string message = error.what();
  const auto unknown = program.remaining(true);
  if (message == CLI::RequiredError::Subcommand(1).what() && !unknown.empty()) {
    return fmt::format("there is no command \"{}\"", unknown.front());
  }
  return message;
}

}  // namespace

int run_program(CLI::App& program, int argc, const char* const* argv, const ExitCode& result) {
  try {
    program.parse(arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program.exit(error);  // --help, --version: to standard output
    } else {
      fmt::print(stderr, "error: {}\nSee {} --help.\n", describe(program, error), chosen_command(program));
      return number(ExitCode::kBadUsage);
    }
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: not enough memory\n");
    return number(ExitCode::kFailed);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return number(ExitCode::kFailed);
  }
  // A full disk shows only when the buffer is written. A script must not take half a document for success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    fmt::print(stderr, "error: standard output can't be written: {}\n", std::generic_category().message(errno));
    return number(ExitCode::kFailed);
  }
  return number(result);
}

ExitCode failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return ExitCode::kFailed;
}

ExitCode bad_usage(std::string_view message) {
  fmt::print(stderr, "error: {}\n", message);
  return ExitCode::kBadUsage;
}

void print_line(std::string_view text) {
  // Not fmt::print, which throws on a full disk: run_program checks the stream and reports that in plain words.
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace sasrec::apps
