#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/bench_command.hpp"
#include "apps/command_line.hpp"
#include "apps/evaluate_command.hpp"
#include "apps/import_command.hpp"
#include "apps/key_command.hpp"
#include "apps/model_command.hpp"
#include "apps/recommend_command.hpp"
#include "apps/service_command.hpp"
#include "apps/settings.hpp"

namespace {

using namespace sasrec;

/// The names of the options of the command that is asked for, if it takes settings; else none.
std::vector<std::string> settings_of(const CLI::App& program, std::span<const char* const> argv) {
  std::vector<std::string> names;
  const auto commands =
      program.get_subcommands([&](const CLI::App* command) { return argv.size() > 1 && command->check_name(argv[1]); });
  const auto* const command = commands.empty() ? nullptr : commands.front();
  if (command == nullptr || command->get_option_no_throw("--config") == nullptr) return names;
  for (const auto& setting : apps::all_settings()) {
    if (command->get_option_no_throw("--" + std::string(setting.name)) != nullptr) names.emplace_back(setting.name);
  }
  return names;
}

std::span<const char* const> environment() {
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  return {environ, count};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Next-item recommendations with SASRec", "sasrec");
  program.set_version_flag("--version", SASREC_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Examples:\n  sasrec up --checkpoints checkpoints\n  sasrec recommend --model checkpoints --history "
      "2571,589,1196\n"
      "Each command has its own --help.");
  auto result = apps::ExitCode::kDone;
  apps::add_service_commands(program, result);
  apps::add_import_command(program, result);
  apps::add_key_command(program, result);
  apps::add_bench_command(program, result);
  apps::add_recommend_command(program, result);
  apps::add_evaluate_command(program, result);
  apps::add_model_command(program, result);

  const std::span<const char* const> given(argv, static_cast<std::size_t>(argc));
  const auto accepted = settings_of(program, given);
  if (accepted.empty()) return apps::run_program(program, argc, argv, result);
  const auto merged = apps::with_settings(given, accepted, environment());
  if (!merged) return static_cast<int>(apps::bad_usage(merged.error().message));
  std::vector<const char*> arguments;
  for (const auto& argument : *merged) arguments.push_back(argument.c_str());
  return apps::run_program(program, static_cast<int>(arguments.size()), arguments.data(), result);
}
