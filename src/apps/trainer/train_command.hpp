#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// `sasrec-trainer train`: a log of interactions in, a new active version out. SIGINT or SIGTERM ends it after the
/// present step; the same command later goes on from the last finished epoch. Expects both signals to be blocked in all
/// threads.
void add_train_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
