#include "apps/data_options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include <CLI/CLI.hpp>

namespace sasrec::apps {
namespace {

constexpr const char* kGroup = "Reading data";

}  // namespace

void add_import_options(CLI::App& command, dataset::ImportOptions& options) {
  command.add_flag("--strict", options.strict, "Stop at the first wrong row instead of leaving it out")->group(kGroup);
  const auto column = [&](const char* name, std::string& value, const char* what) {
    command
        .add_option(name, value,
                    fmt::format("Name of the column or field with the {} (default: the usual names)", what))
        ->group(kGroup);
  };
  column("--user-column", options.columns.user, "user");
  column("--item-column", options.columns.item, "item");
  column("--time-column", options.columns.time, "time");
}

void print_problems(const std::filesystem::path& path, const dataset::ImportReport& report) {
  const std::size_t left_out = report.rejected + report.duplicates;
  if (left_out == 0) return;  // nothing to report about a clean file
  fmt::print(stderr, "{} ({}): {} rows read, {} wrong and {} duplicate rows left out\n", path.string(), report.format,
             report.rows, report.rejected, report.duplicates);
  for (const auto& problem : report.problems) fmt::print(stderr, "  line {}: {}\n", problem.line, problem.reason);
  if (report.rejected > report.problems.size()) {
    fmt::print(stderr, "  and {} more\n", report.rejected - report.problems.size());
  }
}

// Everything goes to standard error: standard output is for the command's result, which may be JSON.
base::Result<dataset::InteractionLog> load_interactions(const std::filesystem::path& path,
                                                        const dataset::ImportOptions& options) {
  auto import = dataset::import_interactions(path, options);
  if (!import) return base::Failure(std::move(import.error()));
  print_problems(path, import->report);
  const auto& log = import->log;
  fmt::print(stderr, "{}: {} interactions of {} users with {} items\n", path.string(), log.interactions.size(),
             log.users.size(), log.items.size());
  return std::move(import->log);
}

base::Result<dataset::Catalogue> load_catalogue(const std::filesystem::path& path,
                                                const dataset::ImportOptions& options) {
  dataset::ImportOptions without_columns = options;
  without_columns.columns = {};  // they name columns of the log
  auto import = dataset::import_catalogue(path, without_columns);
  if (!import) return base::Failure(std::move(import.error()));
  print_problems(path, import->report);
  return std::move(import->catalogue);
}

}  // namespace sasrec::apps
