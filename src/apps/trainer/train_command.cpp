#include "apps/trainer/train_command.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/data_options.hpp"
#include "apps/service/service_options.hpp"
#include "apps/trainer/epoch_progress.hpp"
#include "base/json_text.hpp"
#include "base/parallel.hpp"
#include "base/stop_signals.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/baselines.hpp"
#include "evaluation/evaluate.hpp"
#include "evaluation/report.hpp"
#include "retraining/held_back.hpp"
#include "training/candidate.hpp"
#include "training/ranker.hpp"
#include "training/saved_training.hpp"
#include "training/settings.hpp"
#include "training/trainer.hpp"
#include "versions/activation.hpp"

namespace sasrec::apps {
namespace {

struct Options {
  std::filesystem::path data;
  std::filesystem::path checkpoints = kDefaultCheckpoints;
  std::string recipe = "default";
  std::string protocol = "leave-one-out";
  std::optional<std::uint64_t> seed;
  std::vector<std::string> overrides;
  std::string device = "auto";
  std::optional<std::size_t> threads;
  bool fresh = false;
  bool json = false;
  dataset::ImportOptions import;
};

struct TrainingData {
  dataset::Protocol protocol = dataset::Protocol::kLeaveOneOut;
  base::Vocabulary vocabulary;
  dataset::Sequences sequences;
  dataset::Split split;
};

base::Result<TrainingData> read_data(const Options& options, dataset::Protocol protocol) {
  const auto log = load_interactions(options.data, options.import);
  if (!log) return base::Failure(log.error());
  const auto log_sequences = dataset::build_sequences(*log);
  auto split = dataset::split_sequences(log_sequences, protocol);
  if (!split) return base::fail_within(options.data.string(), split.error());
  auto vocabulary = dataset::training_vocabulary(*log, log_sequences, *split);
  if (!vocabulary) return base::fail_within(options.data.string(), vocabulary.error());
  auto sequences = dataset::index_sequences(log_sequences, *log, *vocabulary);
  return TrainingData{protocol, std::move(*vocabulary), std::move(sequences), std::move(*split)};
}

std::string describe(const training::DataShape& shape, const training::Settings& settings, std::size_t threads) {
  const auto& model = settings.model;
  return fmt::format(
      "data: {} users, {} items, {} training interactions, 90 % of users have up to {}\n"
      "recipe {}: {} hidden, {} heads, {} blocks, {} items of history, dropout {}, loss {}, {} sequences a step, at "
      "most {} epochs, seed {}, threads {}\n",
      shape.users, shape.items, shape.interactions, shape.length_p90, settings.recipe, model.hidden, model.heads,
      model.blocks, model.max_length, model.dropout, training::to_string(settings.loss), settings.batch,
      settings.epochs, settings.seed, threads);
}

base::Result<training::Trained> train_with_progress(const TrainingData& data, const training::Settings& settings,
                                                    training::TrainOptions options) {
  constexpr std::string_view kResumed = "went on from an interrupted run of the same data and settings";
  EpochProgress progress(settings.epochs);
  std::string ndcg;  // nothing until it is known
  options.on_step = [&](const training::StepReport& report) {
    const bool is_first = !progress.has_begun();
    progress.update(report.epoch, report.step, report.steps,
                    fmt::format("epoch {}  loss {:.4f}{}", report.epoch, report.loss, ndcg));
    if (is_first && report.epoch > 1) progress.print(kResumed);
  };
  options.on_epoch = [&](const training::EpochReport& report) {
    if (!report.ndcg) return;
    ndcg = fmt::format("  NDCG@10 {:.4f}", *report.ndcg);
    progress.print(fmt::format("epoch {}: loss {:.4f}, validation NDCG@10 {:.4f}, best {:.4f} (epoch {}), {:.1f} s",
                               report.epoch, report.loss, *report.ndcg, report.best_ndcg, report.best_epoch,
                               report.seconds));
  };
  auto trained = training::train(data.sequences, data.split, settings, options);
  if (trained && trained->resumed && !progress.has_begun()) fmt::print(stderr, "{}\n", kResumed);
  return trained;
}

evaluation::Report test_report(const TrainingData& data, const training::Trained& trained,
                               const std::vector<std::uint32_t>& counts) {
  const auto measure = [&](const evaluation::Ranker& ranker) {
    return evaluation::evaluate(data.sequences, data.split.test, counts, ranker, {.threads = 1, .batch = 128});
  };
  return {.protocol = data.protocol,
          .negatives = 0,
          .model = measure(training::network_ranker(trained.network)),
          .popularity = measure(evaluation::popularity_ranker(counts)),
          .bigram = measure(evaluation::bigram_ranker(data.sequences, data.split, counts))};
}

std::string describe(const evaluation::Report& report) {
  const auto line = [](std::string_view name, const evaluation::Metrics& metrics) {
    return fmt::format("  {:<12} HR@10 {:.4f}  NDCG@10 {:.4f}\n", name, metrics.hr[evaluation::kAtTen],
                       metrics.ndcg[evaluation::kAtTen]);
  };
  const auto repeated =
      report.model.repeated_targets == 0
          ? std::string()
          : fmt::format(" ({} left out: they ask for items already seen)", report.model.repeated_targets);
  return fmt::format("test, whole catalogue, {} cases{}:\n", report.model.cases, repeated) +
         line("model", report.model) + line("popularity", report.popularity) + line("bigram", report.bigram);
}

ExitCode run(const Options& options) {
  const auto protocol = dataset::parse_protocol(options.protocol);
  if (!protocol) return bad_usage("--protocol: " + protocol.error().message);
  const auto device = training::parse_device(options.device);
  if (!device) return bad_usage("--device: " + device.error().message);
  print_checkpoints(options.checkpoints);
  const auto data = read_data(options, *protocol);
  if (!data) return failed(data.error());

  auto overrides = options.overrides;
  if (options.seed) overrides.push_back(fmt::format("seed={}", *options.seed));
  const auto shape = training::shape_of(data->sequences, data->split, data->vocabulary.size());
  const auto settings = training::make_settings(options.recipe, shape, overrides);
  if (!settings) return bad_usage(settings.error().message);
  const auto threads = options.threads.value_or(training::useful_threads(*settings, shape, base::default_threads()));
  fmt::print(stderr, "{}", describe(shape, *settings, threads));

  std::error_code error;
  std::filesystem::create_directories(options.checkpoints, error);
  if (error)
    return failed({base::ErrorCode::kIo, fmt::format("{}: {}", options.checkpoints.string(), error.message())});
  training::SavedTraining state(options.checkpoints / "training-state",
                                training::fingerprint(data->sequences, data->split, *settings));
  if (options.fresh) state.clear();

  at::set_num_threads(static_cast<int>(threads));
  const base::StopSignals signals;
  auto trained = train_with_progress(*data, *settings, {.device = *device, .state = &state, .stop = signals.token()});
  if (!trained) return failed(trained.error());

  auto candidate = training::make_candidate({.sequences = data->sequences,
                                             .split = data->split,
                                             .vocabulary = data->vocabulary,
                                             .settings = *settings,
                                             .held = retraining::held_by_protocol(data->protocol)},
                                            *trained);
  const auto report = test_report(*data, *trained, candidate.counts);
  candidate.metrics.test = evaluation::to_json(report);
  auto& draft = candidate.model.draft;
  draft.metrics = to_json(candidate.metrics);
  draft.reference = to_json(candidate.reference);
  const auto version = versions::save_current(options.checkpoints, draft);
  if (!version) return failed(version.error());
  state.clear();

  if (options.json) {
    print_line(base::to_json_text(boost::json::object{{"version", *version}, {"metrics", draft.metrics}}));
  } else {
    print_line(fmt::format("{}version {} is active in {}", describe(report), *version, options.checkpoints.string()));
  }
  return ExitCode::kDone;
}

}  // namespace

void add_train_command(CLI::App& program, ExitCode& result) {
  auto* const command = program.add_subcommand("train", "Train a model on a log of interactions and make it current");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  command->add_option("--data", options->data, "The log of interactions")->required()->type_name("FILE");
  add_checkpoints_option(*command, options->checkpoints, "Folder of model versions", "--out");
  command->add_option("--recipe", options->recipe, "default (chosen from the data) or paper (Kang & McAuley 2018)")
      ->capture_default_str();
  command
      ->add_option("--protocol", options->protocol,
                   "What is held back: leave-one-out (each user's last two items) or time-split")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of weights, order, negatives and dropout (default: 42)");
  command->add_option("--set", options->overrides, "A setting of the recipe, e.g. --set loss=bce --set hidden=64")
      ->type_name("NAME=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--device", options->device, "auto, cpu or cuda")->capture_default_str();
  command
      ->add_option("--threads", options->threads,
                   "Threads on the CPU (default: as many as there is work for in a step, at most one per core)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--fresh", options->fresh, "Start anew even if an interrupted run could go on");
  command->add_flag("--json", options->json, "One JSON document");
  add_import_options(*command, options->import);
  command->footer(
      "Examples:\n"
      "  sasrec-trainer train --data ratings.dat\n"
      "  sasrec-trainer train --data log.csv --checkpoints elsewhere --protocol time-split --set hidden=128");
  command->callback([options, &result] { result = run(*options); });
}

}  // namespace sasrec::apps
