#include "apps/model_command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "apps/model_overview.hpp"
#include "apps/service/service_options.hpp"
#include "apps/text_table.hpp"
#include "base/json_text.hpp"
#include "checkpoint/directory.hpp"
#include "checkpoint/metrics.hpp"
#include "checkpoint/version_name.hpp"
#include "recommend/model.hpp"
#include "versions/activation.hpp"
#include "versions/models_document.hpp"
#include "versions/registry.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;

struct Options {
  std::filesystem::path checkpoints = kDefaultCheckpoints;
  std::string model;  // a version's name or a path; empty: the current one
  bool quarantine = false;
  bool json = false;
};

/// The folder of the version that is meant, by a path that ends with the version's name.
base::Result<std::filesystem::path> find_version(const Options& options) {
  std::filesystem::path path = options.model;
  if (options.model.empty()) path = options.checkpoints;
  if (checkpoint::is_version(options.model) && !std::filesystem::exists(path)) path = options.checkpoints / path;
  print_checkpoints(path);
  const auto folder = checkpoint::resolve(path);
  if (!folder) return folder;
  const auto whole = std::filesystem::absolute(*folder).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

/// Quarantines a version that failed its checks, and prints that.
void quarantine(const std::filesystem::path& folder, const base::Error& error) {
  const auto version = folder.filename().string();
  if (!checkpoint::is_version(version)) {
    fmt::print(stderr, "{} is not quarantined: only a version in a checkpoints folder can be\n", folder.string());
    return;
  }
  checkpoint::Directory directory(folder.parent_path());
  if (const auto done = directory.quarantine(version, error.message); !done) {
    failed(done.error());
  } else {
    fmt::print(stderr, "{} is quarantined\n", version);
  }
}

ExitCode list(const Options& options) {
  print_checkpoints(options.checkpoints);
  const checkpoint::Directory directory(options.checkpoints);
  const auto models = versions::list_models(directory);
  if (!models) return failed(with_checkpoints_hint(models.error()));
  const auto json = versions::models_document(*models);
  if (options.json) {
    print_line(base::to_json_text(json));
    return ExitCode::kDone;
  }
  TextTable table({{"version"}, {"state"}, {"created"}, {"ndcg@10", Align::kRight}, {"reason"}});
  for (const auto& value : json.at("models").as_array()) {
    const auto& model = value.as_object();
    const auto text = [&](const char* name) {
      const auto* const field = model.if_contains(name);
      return field == nullptr ? std::string() : std::string(field->as_string());
    };
    const auto ndcg = checkpoint::read_metrics(model.at("metrics").as_object()).test_ndcg();
    table.add_row(
        {text("version"), text("state"), text("created"), ndcg ? fmt::format("{:.4f}", *ndcg) : "", text("reason")});
  }
  std::fputs(table.text().c_str(), stdout);
  return ExitCode::kDone;
}

ExitCode show(const Options& options) {
  const auto folder = find_version(options);
  if (!folder) return failed(with_checkpoints_hint(folder.error()));
  const auto checkpoint = checkpoint::Checkpoint::open(*folder);
  if (!checkpoint) return failed(checkpoint.error());
  const auto json = show_json(*checkpoint);
  if (options.json) {
    print_line(base::to_json_text(json));
    return ExitCode::kDone;
  }
  TextTable table({{""}, {""}});
  for (auto& [name, value] : flatten(json)) table.add_row({std::move(name), std::move(value)});
  std::fputs(table.text().c_str(), stdout);
  return ExitCode::kDone;
}

ExitCode verify(const Options& options) {
  const auto folder = find_version(options);
  if (!folder) return failed(with_checkpoints_hint(folder.error()));
  const auto version = folder->filename().string();
  const auto model = recommend::Model::load(*folder);
  if (!model) {
    const auto& error = model.error();
    if (options.json) {
      print_line(base::to_json_text({{"version", version},
                                     {"ok", false},
                                     {"error", {{"code", base::to_string(error.code)}, {"message", error.message}}}}));
    }
    failed(error);
    if (options.quarantine && error.code == ErrorCode::kCorrupt) quarantine(*folder, error);
    return ExitCode::kFailed;
  }
  if (options.json) {
    print_line(base::to_json_text({{"version", version}, {"ok", true}}));
  } else {
    print_line(fmt::format("{} is whole and consistent, and gives its golden answers", version));
  }
  return ExitCode::kDone;
}

ExitCode activate(const Options& options) {
  print_checkpoints(options.checkpoints);
  checkpoint::Directory directory(options.checkpoints);
  if (const auto done = versions::make_current(directory, options.model); !done) {
    return failed(with_checkpoints_hint(done.error()));
  }
  if (options.json) {
    print_line(base::to_json_text({{"active", options.model}}));
  } else {
    print_line(fmt::format("{} is active", options.model));
  }
  return ExitCode::kDone;
}

/// A command with what all have in common.
CLI::App* add(CLI::App& parent, const std::shared_ptr<Options>& options, ExitCode& result, const char* name,
              const char* description, const char* example, ExitCode (*run)(const Options&)) {
  auto* const command = parent.add_subcommand(name, description);
  add_checkpoints_option(*command, options->checkpoints, "Folder of model versions");
  command->add_flag("--json", options->json, "One JSON document");
  command->footer(fmt::format("Example:\n  {}", example));
  command->callback([options, &result, run] { result = run(*options); });
  return command;
}

}  // namespace

void add_model_command(CLI::App& program, ExitCode& result) {
  auto* const model = program.add_subcommand("model", "List, show, verify and activate model versions");
  model->require_subcommand(1);
  model->footer("Example:\n  sasrec model list");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies

  add(*model, options, result, "list", "All versions, newest first", "sasrec model list", list);
  add(*model, options, result, "show", "A version's configuration, metrics, baselines and data",
      "sasrec model show 20261122T153000Z-000007", show)
      ->add_option("VERSION", options->model, "A version, or its folder (default: the active one)");
  auto* const verifying =
      add(*model, options, result, "verify", "Check a version: files, hashes, shapes, weights and golden answers",
          "sasrec model verify 20261122T153000Z-000007", verify);
  verifying->add_option(
      "PATH", options->model,
      "A version's folder or name, or a checkpoints folder whose CURRENT is meant (default: the active one)");
  verifying->add_flag("--quarantine", options->quarantine, "If it fails: write down that it must not be served");
  add(*model, options, result, "activate", "Verify a version, then make it the active one; a bad one is quarantined",
      "sasrec model activate 20261122T153000Z-000007", activate)
      ->add_option("VERSION", options->model, "The version's name")
      ->required()
      ->check([](const std::string& text) {
        const auto name = checkpoint::VersionName::read(text);
        return name ? std::string() : name.error().message;
      });
}

}  // namespace sasrec::apps
