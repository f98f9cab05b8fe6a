#include "apps/recommend_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/answer_text.hpp"
#include "apps/data_options.hpp"
#include "apps/id_list.hpp"
#include "apps/recommend_many.hpp"
#include "apps/service/service_options.hpp"
#include "base/parallel.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::apps {
namespace {

struct Options {
  std::filesystem::path checkpoints = kDefaultCheckpoints;
  std::string history;
  std::filesystem::path histories;
  std::string similar_to;
  std::size_t k = 10;
  std::string exclude;
  std::string seen = "exclude";
  std::filesystem::path items;
  std::size_t recent = 0;
  std::size_t threads = base::default_threads();
  dataset::ImportOptions import;
  bool json = false;
  // CLI11's options, which know whether they were given: --similar-to "" is given and empty.
  const CLI::Option* k_option = nullptr;
  const CLI::Option* histories_option = nullptr;
  const CLI::Option* similar_option = nullptr;
};

/// Everything a run needs, read and checked.
struct Inputs {
  std::shared_ptr<const recommend::Model> model;
  const dataset::Catalogue* catalogue = nullptr;
  std::vector<std::string> exclude;
  std::size_t k = 0;

  AnswerStyle style() const { return {.model = model->version(), .catalogue = catalogue}; }
};

recommend::Seen seen_of(const Options& options) {
  return options.seen == "include" ? recommend::Seen::kInclude : recommend::Seen::kExclude;
}

/// The source goes to standard error, so that standard output is the bare table or document.
void print_answer(const recommend::Answer& answer, const AnswerStyle& style, const Options& options) {
  if (options.json) {
    print_line(answer_json(answer, style));
    return;
  }
  fmt::print(stderr, "model {}, source {}\n", style.model, recommend::to_string(answer.source));
  fmt::print("{}", answer_table(answer, style));
}

ExitCode recommend_one(const Options& options, const Inputs& inputs) {
  const auto history = parse_id_list(options.history);
  if (!history) return bad_usage("--history: " + history.error().message);
  recommend::Recommender recommender(inputs.model);
  recommend::Answer answer;
  const recommend::Request request{
      .history = *history, .k = inputs.k, .exclude = inputs.exclude, .seen = seen_of(options)};
  if (const auto done = recommender.recommend(request, answer); !done) return failed(done.error());
  if (answer.unknown_items > 0) {
    fmt::print(stderr, "{} of {} items of the history are unknown to the model and were skipped\n",
               answer.unknown_items, history->size());
  }
  print_answer(answer, inputs.style(), options);
  return ExitCode::kDone;
}

ExitCode recommend_similar(const Options& options, const Inputs& inputs) {
  recommend::Recommender recommender(inputs.model);
  const auto answer = recommender.similar(options.similar_to, inputs.k);
  if (!answer) return failed(answer.error());
  print_answer(*answer, inputs.style(), options);
  return ExitCode::kDone;
}

ExitCode run(const Options& options) {
  auto exclude = parse_id_list(options.exclude);
  if (!exclude) return bad_usage("--exclude: " + exclude.error().message);
  print_checkpoints(options.checkpoints);
  auto model = recommend::Model::load(options.checkpoints);
  if (!model) return failed(with_checkpoints_hint(model.error()));
  Inputs inputs;
  inputs.model = std::move(*model);
  inputs.exclude = std::move(*exclude);
  inputs.k = options.k;

  const std::size_t known = inputs.model->vocabulary().size();
  // The default of 10 may exceed a tiny catalogue; only a k that was asked for is worth an error.
  if (options.k_option->empty()) {
    inputs.k = std::min(inputs.k, known);
  } else if (inputs.k > known) {
    return bad_usage(
        fmt::format("-k: {} items are more than the {} that model {} knows", inputs.k, known, inputs.model->version()));
  }
  base::Result<dataset::Catalogue> catalogue;
  if (!options.items.empty()) {
    catalogue = load_catalogue(options.items, options.import);
    if (!catalogue) return failed(catalogue.error());
    inputs.catalogue = &*catalogue;
  }

  if (!options.similar_option->empty()) return recommend_similar(options, inputs);
  if (options.histories_option->empty()) return recommend_one(options, inputs);
  return recommend_many(options.histories, inputs.model,
                        {.k = inputs.k,
                         .exclude = inputs.exclude,
                         .seen = seen_of(options),
                         .recent = options.recent,
                         .style = inputs.style(),
                         .form = options.json ? OutputForm::kJson : OutputForm::kText,
                         .threads = options.threads,
                         .import = options.import});
}

}  // namespace

void add_recommend_command(CLI::App& program, ExitCode& result) {
  auto* const command = program.add_subcommand("recommend", "Recommend the next items");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  add_checkpoints_option(*command, options->checkpoints,
                         "A folder of checkpoints, whose active version is used, or one version's folder", "--model");

  auto* const what = command->add_option_group("What for", "One of:");
  what->add_option("--history", options->history,
                   "A user's items, oldest first: a,b,c. Ids that hold commas or quotes: '\"a,b\",c'. May be empty")
      ->type_name("IDS");
  options->histories_option = what->add_option("--histories", options->histories,
                                               "A file with many users: JSON Lines "
                                               "{\"user\":\"u\",\"history\":[\"a\",\"b\"]}, or any log of interactions")
                                  ->type_name("FILE");
  options->similar_option =
      what->add_option("--similar-to", options->similar_to, "Items like this one instead")->type_name("ID");
  what->require_option(1);

  options->k_option = command->add_option("-k", options->k, "How many items")
                          ->check(CLI::Range(std::size_t{1}, recommend::kMaxK))
                          ->capture_default_str();
  command->add_option("--exclude", options->exclude, "Items never to be returned, as in --history")
      ->type_name("IDS")
      ->excludes("--similar-to");
  command->add_option("--seen", options->seen, "Whether items of the history may come back")
      ->check(CLI::IsMember({"include", "exclude"}))
      ->capture_default_str()
      ->excludes("--similar-to");
  command->add_option("--items", options->items, "A catalogue, for titles")->type_name("FILE");
  command->add_option("--recent", options->recent, "With --histories: show so many of each user's last items too")
      ->type_name("N");
  command->add_option("--threads", options->threads, "Threads, for --histories (default: one per core)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "One JSON document; with --histories one a line");
  add_import_options(*command, options->import);
  command->footer(
      "Examples:\n"
      "  sasrec recommend --history 2571,589,1196 -k 10 --items movies.csv\n"
      "  sasrec recommend --histories users.jsonl --json > next.jsonl\n"
      "  sasrec recommend --checkpoints elsewhere --similar-to 2571");
  command->callback([options, &result] { result = run(*options); });
}

}  // namespace sasrec::apps
