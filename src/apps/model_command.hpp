#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// `sasrec model list|show|verify|activate`: the versions in a checkpoints folder.
void add_model_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
