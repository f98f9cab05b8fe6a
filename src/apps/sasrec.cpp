#include <CLI/CLI.hpp>

#include "apps/command_line.hpp"
#include "apps/evaluate_command.hpp"
#include "apps/model_command.hpp"
#include "apps/recommend_command.hpp"

int main(int argc, char** argv) {
  using namespace sasrec::apps;
  CLI::App program("Next-item recommendations with SASRec", "sasrec");
  program.set_version_flag("--version", SASREC_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Example:\n  sasrec recommend --model checkpoints --history 2571,589,1196\nEach command has its own --help.");
  auto result = ExitCode::kDone;
  add_recommend_command(program, result);
  add_evaluate_command(program, result);
  add_model_command(program, result);
  return run_program(program, argc, argv, result);
}
