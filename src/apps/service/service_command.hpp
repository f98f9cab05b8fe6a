#pragma once

#include <string>
#include <vector>

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// Adds `sasrec up`, `api`, `worker` and `writer`.
void add_service_commands(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
