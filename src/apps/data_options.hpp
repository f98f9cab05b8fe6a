#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "dataset/catalogue.hpp"
#include "dataset/import.hpp"

namespace CLI {
class App;
}

namespace sasrec::apps {

/// Adds --strict, --user-column, --item-column and --time-column to a command; they set `options`, which must outlive
/// `command`.
void add_import_options(CLI::App& command, dataset::ImportOptions& options);

/// Reads a log of interactions with dataset::import_interactions. Prints to standard error what was read, what was left
/// out, and why.
base::Result<dataset::InteractionLog> load_interactions(const std::filesystem::path& path,
                                                        const dataset::ImportOptions& options);

/// Reads a catalogue with dataset::import_catalogue. Prints to standard error what was left out, and why. The columns
/// in `options` are those of a log and are ignored.
base::Result<dataset::Catalogue> load_catalogue(const std::filesystem::path& path,
                                                const dataset::ImportOptions& options);

/// Prints to standard error how many rows of `path` were read and left out, and the first wrong rows with line and
/// reason. Prints nothing if no row was left out.
void print_problems(const std::filesystem::path& path, const dataset::ImportReport& report);

}  // namespace sasrec::apps
