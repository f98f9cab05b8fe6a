#include "apps/import_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/data_options.hpp"
#include "apps/event_ids.hpp"
#include "apps/progress_bar.hpp"
#include "apps/service/database.hpp"
#include "base/encoding.hpp"
#include "base/json_text.hpp"
#include "store/bulk_import.hpp"

namespace sasrec::apps {
namespace {

using base::Result;

struct Options {
  ServiceOptions service;
  std::filesystem::path data;
  std::filesystem::path items;
  dataset::ImportOptions import;
  bool json = false;
};

/// Rows of a log as the service keeps them: ids in UTF-8, an event id that is the same at each import of the log.
store::Source<bus::Interaction> rows_of(const dataset::InteractionLog& log, std::vector<EventKey> keys) {
  return [&log, keys = std::move(keys), next = std::size_t{0}](bus::Interaction& row) mutable -> Result<bool> {
    if (next == log.interactions.size()) return false;
    const auto& interaction = log.interactions[next];
    row = {.id = keys[next].id(),
           .user = base::to_printable_utf8(log.users[interaction.user]),
           .item = base::to_printable_utf8(log.items[interaction.item.value]),
           .time = keys[next].time,
           .kind = "interaction",
           .recommendation = {}};
    ++next;
    return true;
  };
}

Result<store::ImportProgress> import_log(const Options& options, const std::string& url) {
  const auto log = load_interactions(options.data, options.import);
  if (!log) return base::Failure(log.error());
  ProgressBar bar({.label = "interactions", .total = log->interactions.size()});
  return store::import_interactions(url, rows_of(*log, event_keys(*log, options.data)),
                                    {.on_progress = [&](const store::ImportProgress& progress) {
                                      bar.update(progress.read, fmt::format("{} new", progress.added));
                                    }});
}

Result<store::ImportProgress> import_catalogue(const Options& options, const std::string& url) {
  const auto catalogue = load_catalogue(options.items, options.import);
  if (!catalogue) return base::Failure(catalogue.error());
  ProgressBar bar({.label = "items", .total = catalogue->size()});
  auto next = catalogue->begin();
  return store::import_items(url,
                             [&](bus::CatalogueItem& row) -> Result<bool> {
                               if (next == catalogue->end()) return false;
                               row = {.id = base::to_printable_utf8(next->first),
                                      .title = next->second.title,
                                      .categories = next->second.categories,
                                      .attributes = "{}"};
                               ++next;
                               return true;
                             },
                             {.on_progress = [&](const store::ImportProgress& progress) {
                               bar.update(progress.read);
                             }});
}

/// "1 item", "2 items".
std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

ExitCode run_import(const Options& options) {
  set_up_logging(options.service);
  if (options.data.empty() && options.items.empty()) return bad_usage("one of --data and --items is required");
  const auto database = Database::open(options.service, {});
  if (!database) return failed(database.error());
  store::ImportProgress items;
  store::ImportProgress interactions;
  if (!options.items.empty()) {
    const auto imported = import_catalogue(options, database->url);
    if (!imported) return failed(imported.error());
    items = *imported;
  }
  if (!options.data.empty()) {
    const auto imported = import_log(options, database->url);
    if (!imported) return failed(imported.error());
    interactions = *imported;
  }
  if (options.json) {
    print_line(base::to_json_text(
        {{"items", items.read}, {"interactions", interactions.read}, {"new_interactions", interactions.added}}));
  } else {
    fmt::print("{}, {}, {} of them new\n", counted(items.read, "item"), counted(interactions.read, "interaction"),
               interactions.added);
  }
  return ExitCode::kDone;
}

ExitCode run_migrate(const ServiceOptions& options) {
  set_up_logging(options);
  const auto database = Database::open(options, {});
  if (!database) return failed(database.error());
  print_line("the database is up to date");
  return ExitCode::kDone;
}

}  // namespace

void add_import_command(CLI::App& program, ExitCode& result) {
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  auto* const command = program.add_subcommand("import", "Fill the service's database from a log or a catalogue");
  command->add_option("--data", options->data, "A log of interactions, in any of the known forms")->type_name("FILE");
  command->add_option("--items", options->items, "A catalogue")->type_name("FILE");
  add_import_options(*command, options->import);
  command->add_flag("--json", options->json, "One JSON document");
  add_service_options(*command, options->service, {Part::kDatabase});
  command->footer(
      "May be repeated, also after it was cut short: what is there already is not added again.\n"
      "Example:\n  sasrec import --data events.csv --items catalogue.csv --database postgres://sasrec@db/sasrec");
  command->callback([options, &result] { result = run_import(*options); });

  auto* const migrate = program.add_subcommand("migrate", "Bring the database's tables up to date");
  add_service_options(*migrate, options->service, {Part::kDatabase});
  migrate->footer("Example:\n  sasrec migrate --database postgres://sasrec@db/sasrec");
  migrate->callback([options, &result] { result = run_migrate(options->service); });
}

}  // namespace sasrec::apps
