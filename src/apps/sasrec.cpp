#include <vector>

#include <CLI/CLI.hpp>

#include "apps/bench_command.hpp"
#include "apps/command_line.hpp"
#include "apps/dead_command.hpp"
#include "apps/evaluate_command.hpp"
#include "apps/import_command.hpp"
#include "apps/key_command.hpp"
#include "apps/model_command.hpp"
#include "apps/recommend_command.hpp"
#include "apps/service/service_command.hpp"
#include "apps/service/service_options.hpp"

int main(int argc, char** argv) {
  using namespace sasrec;
  CLI::App program("Next-item recommendations with SASRec", "sasrec");
  program.set_version_flag("--version", SASREC_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Examples:\n  sasrec up\n  sasrec recommend --history 2571,589,1196\n"
      "Each command has its own --help.");
  auto result = apps::ExitCode::kDone;
  apps::add_service_commands(program, result);
  apps::add_import_command(program, result);
  apps::add_key_command(program, result);
  apps::add_dead_command(program, result);
  apps::add_bench_command(program, result);
  apps::add_recommend_command(program, result);
  apps::add_evaluate_command(program, result);
  apps::add_model_command(program, result);

  const auto merged = apps::arguments_with_settings(program, argc, argv);
  if (!merged) return static_cast<int>(apps::bad_usage(merged.error().message));
  std::vector<const char*> arguments;
  for (const auto& argument : *merged) arguments.push_back(argument.c_str());
  return apps::run_program(program, static_cast<int>(arguments.size()), arguments.data(), result);
}
