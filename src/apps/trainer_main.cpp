#include <csignal>

#include <CLI/CLI.hpp>

#include "apps/command_line.hpp"
#include "apps/trainer_import_command.hpp"
#include "apps/trainer_train_command.hpp"

int main(int argc, char** argv) {
  using namespace sasrec::apps;
  // Threads inherit this: SIGINT and SIGTERM are taken by the one that waits for them (see trainer_train_command.cpp).
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  CLI::App program("Trains SASRec models", "sasrec-trainer");
  program.set_version_flag("--version", SASREC_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Example:\n  sasrec-trainer train --data ratings.csv --out checkpoints\nEach command has its own --help.");
  auto result = ExitCode::kDone;
  add_train_command(program, result);
  add_import_pytorch_command(program, result);
  return run_program(program, argc, argv, result);
}
