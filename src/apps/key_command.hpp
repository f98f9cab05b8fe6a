#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// Adds `sasrec key create|list|remove`.
void add_key_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
