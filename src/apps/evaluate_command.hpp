#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// Adds `sasrec evaluate`: a model's ranking metrics on a log, beside those of the baselines.
void add_evaluate_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
