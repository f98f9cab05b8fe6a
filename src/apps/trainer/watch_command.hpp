#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// `sasrec-trainer watch`: trains on what the database holds whenever that is due or asked for.
void add_watch_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
