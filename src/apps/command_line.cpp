#include "apps/command_line.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include <CLI/CLI.hpp>

namespace sasrec::apps {
namespace {

int number(ExitCode code) {
  return static_cast<int>(code);
}

/// "sasrec model verify" for the command that was being parsed.
std::string chosen_command(const CLI::App& program) {
  std::string name = program.get_name();
  for (const CLI::App* command = &program; !command->get_subcommands().empty();) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  return name;
}

}  // namespace

int run_program(CLI::App& program, int argc, const char* const* argv, const ExitCode& result) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program.exit(error);  // --help, --version: to standard output
    } else {
      fmt::print(stderr, "error: {}\nSee {} --help.\n", error.what(), chosen_command(program));
      return number(ExitCode::kBadUsage);
    }
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: not enough memory\n");
    return number(ExitCode::kFailed);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return number(ExitCode::kFailed);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    fmt::print(stderr, "error: standard output can't be written: {}\n", std::strerror(errno));
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
  // Not fmt::print: that throws on a full disk, which run_program reports in plain words.
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace sasrec::apps
