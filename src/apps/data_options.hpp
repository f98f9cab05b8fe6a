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

/// Reads a log of interactions as dataset::import_interactions does and prints what was read, what was left out and why
/// to standard error.
base::Result<dataset::InteractionLog> load_interactions(const std::filesystem::path& path,
                                                        const dataset::ImportOptions& options);

/// Reads a catalogue as dataset::import_catalogue does, and prints what was left out and why to standard error. Of the
/// options, columns don't matter here.
base::Result<dataset::Catalogue> load_catalogue(const std::filesystem::path& path,
                                                const dataset::ImportOptions& options);

/// Prints what was read from `path` and what was left out to standard error: counts, then the first wrong rows with
/// line and reason. Says nothing of a clean file.
void print_problems(const std::filesystem::path& path, const dataset::ImportReport& report);

}  // namespace sasrec::apps
