#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// Adds `sasrec import` and `sasrec migrate`.
void add_import_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
