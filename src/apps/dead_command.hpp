#pragma once

#include "apps/command_line.hpp"

namespace CLI {
class App;
}

namespace sasrec::apps {

/// `sasrec dead list` and `sasrec dead replay`: records that were moved to sasrec.dead, shown and published again.
void add_dead_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
