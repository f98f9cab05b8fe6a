#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// Adds `sasrec bench http`.
void add_bench_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
