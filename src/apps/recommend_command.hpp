#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// Adds `sasrec recommend`: the next items for one history, for a file of histories, or items similar to one.
void add_recommend_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
