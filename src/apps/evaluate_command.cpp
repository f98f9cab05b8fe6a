#include "apps/evaluate_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/data_options.hpp"
#include "apps/progress_bar.hpp"
#include "apps/service/service_options.hpp"
#include "apps/text_table.hpp"
#include "base/json_text.hpp"
#include "base/parallel.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/baselines.hpp"
#include "evaluation/evaluate.hpp"
#include "evaluation/report.hpp"
#include "retraining/model_ranker.hpp"

namespace sasrec::apps {
namespace {

struct Options {
  std::filesystem::path checkpoints = kDefaultCheckpoints;
  std::filesystem::path data;
  std::string protocol = "leave-one-out";
  std::size_t negatives = 0;
  std::string seen = "exclude";
  std::size_t threads = base::default_threads();
  std::uint64_t seed = 1;
  dataset::ImportOptions import;
  bool json = false;
};

/// The log as sequences of the model's item numbers, and the cases to rank.
struct Questions {
  dataset::Sequences sequences;
  dataset::Split split;
};

/// Splits before it converts ids to the model's numbers, so the cases are the same for every model.
base::Result<Questions> read_questions(const Options& options, dataset::Protocol protocol,
                                       const base::Vocabulary& vocabulary) {
  const auto log = load_interactions(options.data, options.import);
  if (!log) return base::Failure(log.error());
  const auto log_sequences = dataset::build_sequences(*log);
  auto split = dataset::split_sequences(log_sequences, protocol);
  if (!split) return base::fail_within(options.data.string(), split.error());
  auto sequences = dataset::index_sequences(log_sequences, *log, vocabulary);
  const auto unknown = std::ranges::count(sequences.items, base::kPadding);
  if (unknown > 0) {
    fmt::print(stderr, "{} of {} interactions are with items that the model doesn't know\n", unknown,
               sequences.items.size());
  }
  return Questions{std::move(sequences), std::move(*split)};
}

/// Ranks the same cases by the model and by both baselines, which show what the numbers are worth on this log.
evaluation::Report ask(const std::shared_ptr<const recommend::Model>& model, const Questions& questions,
                       const Options& options, dataset::Protocol protocol) {
  const auto& [sequences, split] = questions;
  const auto counts = evaluation::count_items(sequences, split, model->vocabulary().size());
  ProgressBar progress({.label = "evaluate", .total = 3 * split.test.size()});
  std::size_t before = 0;
  const auto measure = [&](const evaluation::Ranker& ranker, const char* name) {
    const auto metrics = evaluation::evaluate(
        sequences, split.test, counts, ranker,
        {.negatives = options.negatives,
         .seen = options.seen == "include" ? evaluation::Seen::kInclude : evaluation::Seen::kExclude,
         .seed = options.seed,
         .threads = options.threads,
         .on_progress = [&](std::size_t done, std::size_t) {
           progress.update(before + done, name);
         }});
    before += split.test.size();
    return metrics;
  };
  evaluation::Report report{
      .protocol = protocol, .negatives = options.negatives, .model = {}, .popularity = {}, .bigram = {}};
  report.model = measure(retraining::model_ranker(model), "model");
  report.popularity = measure(evaluation::popularity_ranker(counts), "popularity baseline");
  report.bigram = measure(evaluation::bigram_ranker(sequences, split, counts), "bigram baseline");
  return report;
}

/// The report for people; to_json() is the one for programs.
std::string report_table(const evaluation::Report& report) {
  const std::array columns{&report.model, &report.popularity, &report.bigram};
  TextTable table({{""}, {"model", Align::kRight}, {"popularity", Align::kRight}, {"bigram", Align::kRight}});
  const auto add = [&](std::string name, auto value_of) {
    std::vector<std::string> cells{std::move(name)};
    for (const auto* const metrics : columns) cells.push_back(fmt::format("{:.4f}", value_of(*metrics)));
    table.add_row(std::move(cells));
  };
  using evaluation::Metrics;
  for (std::size_t n = 0; n < evaluation::kCutoffs.size(); ++n) {
    const std::size_t k = evaluation::kCutoffs[n];
    add(fmt::format("HR@{}", k), [n](const Metrics& metrics) { return metrics.hr[n]; });
    if (k == 1) continue;  // NDCG@1 and MRR@1 are HR@1
    add(fmt::format("NDCG@{}", k), [n](const Metrics& metrics) { return metrics.ndcg[n]; });
    add(fmt::format("MRR@{}", k), [n](const Metrics& metrics) { return metrics.mrr[n]; });
  }
  if (report.negatives == 0) {
    add("coverage", [](const Metrics& metrics) { return metrics.coverage; });
    add("mean popularity", [](const Metrics& metrics) { return metrics.mean_popularity; });
  }
  return table.text();
}

std::string summary(const evaluation::Report& report, const std::string& version) {
  const auto& model = report.model;
  std::string text = fmt::format(
      "model {}: {}, {}, {} users, {} cases\n", version, dataset::to_string(report.protocol),
      report.negatives == 0 ? std::string("whole catalogue") : fmt::format("{} sampled negatives", report.negatives),
      model.users, model.cases);
  if (model.unknown_targets > 0) {
    text += fmt::format("{} cases ask for items that the model doesn't know: misses\n", model.unknown_targets);
  }
  if (model.repeated_targets > 0) {
    text += fmt::format("{} cases left out: they ask for items already seen (--seen include ranks those too)\n",
                        model.repeated_targets);
  }
  return text;
}

ExitCode run(const Options& options) {
  const auto protocol = dataset::parse_protocol(options.protocol);
  if (!protocol) return bad_usage("--protocol: " + protocol.error().message);
  print_checkpoints(options.checkpoints);
  const auto model = recommend::Model::load(options.checkpoints);
  if (!model) return failed(with_checkpoints_hint(model.error()));
  const auto questions = read_questions(options, *protocol, (*model)->vocabulary());
  if (!questions) return failed(questions.error());

  const auto report = ask(*model, *questions, options, *protocol);
  if (options.json) {
    auto json = evaluation::to_json(report);
    json["model"] = (*model)->version();
    print_line(base::to_json_text(json));
  } else {
    print_line(summary(report, (*model)->version()) + report_table(report));
  }
  return ExitCode::kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& program, ExitCode& result) {
  auto* const command = program.add_subcommand(
      "evaluate", "Measure a model on a log, beside the popularity and the last-item-bigram baselines");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  add_checkpoints_option(*command, options->checkpoints,
                         "A folder of checkpoints, whose active version is used, or one version's folder", "--model");
  command->add_option("--data", options->data, "The log of interactions")->required()->type_name("FILE");
  command->add_option("--protocol", options->protocol, "leave-one-out (each user's last item) or time-split")
      ->capture_default_str();
  command
      ->add_option("--negatives", options->negatives,
                   "Rank against this many sampled items instead of the whole catalogue (the paper: 100)")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--seen", options->seen, "Whether items of the history take part in the ranking")
      ->check(CLI::IsMember({"include", "exclude"}))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: one per core)")->check(CLI::Range(1, 1024));
  command->add_option("--seed", options->seed, "Of the sampled items")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON document");
  add_import_options(*command, options->import);
  command->footer(
      "Examples:\n"
      "  sasrec evaluate --data ratings.dat\n"
      "  sasrec evaluate --checkpoints elsewhere --data log.csv --protocol time-split --json");
  command->callback([options, &result] { result = run(*options); });
}

}  // namespace sasrec::apps
