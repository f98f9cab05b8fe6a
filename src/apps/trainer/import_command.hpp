#pragma once

#include "apps/command_line.hpp"

namespace sasrec::apps {

/// `sasrec-trainer import-pytorch`: the weights of a SASRec trained elsewhere in, a new active version out.
void add_import_pytorch_command(CLI::App& program, ExitCode& result);

}  // namespace sasrec::apps
