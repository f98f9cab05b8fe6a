#include <unistd.h>

#include <cstdlib>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/command_line.hpp"
#include "apps/service/service_options.hpp"
#include "apps/trainer/import_command.hpp"
#include "apps/trainer/train_command.hpp"
#include "apps/trainer/watch_command.hpp"
#include "base/stop_signals.hpp"
#include "base/thread_name.hpp"

namespace {

/// LibTorch's OpenMP threads wait for each other by spinning. Where other programs want the cores too, a thread then
/// spins while the one it waits for is not running: with libgomp's own count a run was ten times slower. Much less than
/// this and threads that have the cores to themselves sleep between steps: then two are no faster than one. libgomp
/// reads the setting when it is loaded, before main, so the program starts itself once more.
void spin_briefly(char** argv) {
  // NOLINTBEGIN(concurrency-mt-unsafe): there is no other thread yet
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("GOMP_SPINCOUNT", "20000", 0);
  // NOLINTEND(concurrency-mt-unsafe)
  ::execv("/proc/self/exe", argv);  // comes back only if it fails; then it is slower
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sasrec::apps;
  spin_briefly(argv);
  sasrec::base::name_this_thread("sasrec-trainer");  // else top and pkill know it as "exe"
  sasrec::base::block_stop_signals();                // before LibTorch starts threads

  CLI::App program("Trains SASRec models", "sasrec-trainer");
  program.set_version_flag("--version", SASREC_VERSION);
  program.require_subcommand(1);
  program.footer("Example:\n  sasrec-trainer train --data ratings.csv\nEach command has its own --help.");
  auto result = ExitCode::kDone;
  add_train_command(program, result);
  add_import_pytorch_command(program, result);
  add_watch_command(program, result);
  const auto merged = arguments_with_settings(program, argc, argv);
  if (!merged) return static_cast<int>(bad_usage(merged.error().message));
  std::vector<const char*> arguments;
  for (const auto& argument : *merged) arguments.push_back(argument.c_str());
  return run_program(program, static_cast<int>(arguments.size()), arguments.data(), result);
}
