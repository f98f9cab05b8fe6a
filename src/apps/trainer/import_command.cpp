#include "apps/trainer/import_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/service/service_options.hpp"
#include "base/json_text.hpp"
#include "base/vocabulary.hpp"
#include "training/export.hpp"
#include "training/pytorch/import.hpp"
#include "versions/activation.hpp"

namespace sasrec::apps {
namespace {

struct Options {
  std::filesystem::path file;
  std::filesystem::path vocabulary;
  std::filesystem::path checkpoints = kDefaultCheckpoints;
  std::size_t heads = 1;
  std::string norm = "paper";
  std::string padding;
  bool json = false;
};

base::Result<base::Vocabulary> read_vocabulary(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::fail(base::ErrorCode::kNotFound, "{}: can't be opened", path.string());
  std::vector<std::string> ids;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    ids.push_back(line);
  }
  if (file.bad()) return base::fail(base::ErrorCode::kIo, "{}: can't be read", path.string());
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (!ids.empty() && ids.front().starts_with(kByteOrderMark)) ids.front().erase(0, kByteOrderMark.size());
  auto vocabulary = base::Vocabulary::build(std::move(ids));
  if (!vocabulary) return base::fail_within(path.string(), vocabulary.error());
  if (vocabulary->size() == 0) return base::fail(base::ErrorCode::kInvalidInput, "{} is empty", path.string());
  return vocabulary;
}

/// Histories of lengths from 1 past max_length over the whole catalogue: there is no log to take them from.
std::vector<std::vector<base::ItemIndex>> spread_histories(std::size_t items, std::size_t max_length) {
  std::vector<std::vector<base::ItemIndex>> histories;
  std::uint32_t next = 0;
  for (const std::size_t length :
       {std::size_t{1}, std::size_t{2}, std::size_t{5}, max_length / 2, max_length, max_length + 3}) {
    auto& history = histories.emplace_back();
    constexpr std::uint32_t kStride = 7919;  // a prime: neighbours in a history are not neighbours in the table
    while (history.size() < std::max<std::size_t>(1, length)) {
      history.push_back({1 + static_cast<std::uint32_t>(next % items)});
      next += kStride;
    }
  }
  return histories;
}

ExitCode run(const Options& options) {
  training::ImportPytorchOptions import{.heads = options.heads};
  const auto norm = checkpoint::parse_norm(options.norm);
  if (!norm) return bad_usage("--norm: " + norm.error().message);
  import.norm = *norm;
  if (!options.padding.empty()) {
    const auto padding = checkpoint::parse_padding(options.padding);
    if (!padding) return bad_usage("--padding: " + padding.error().message);
    import.padding = *padding;
  }
  print_checkpoints(options.checkpoints);
  const auto vocabulary = read_vocabulary(options.vocabulary);
  if (!vocabulary) return failed(vocabulary.error());
  import.items = vocabulary->size();
  const auto network = training::import_pytorch(options.file, import);
  if (!network) return failed(network.error());
  const auto& config = (*network)->config();
  auto model = training::draft_of(*network, *vocabulary, spread_histories(config.items, config.max_length));
  model.draft.training = {{"imported_from", options.file.filename().string()}};
  const auto version = versions::save_current(options.checkpoints, model.draft);
  if (!version) return failed(version.error());
  const auto json = checkpoint::to_json(config);
  if (options.json) {
    print_line(base::to_json_text(boost::json::object{{"version", *version}, {"config", json}}));
  } else {
    print_line(fmt::format("version {} is active in {}: {}", *version, options.checkpoints.string(),
                           base::to_json_text(json)));
  }
  return ExitCode::kDone;
}

}  // namespace

void add_import_pytorch_command(CLI::App& program, ExitCode& result) {
  auto* const command = program.add_subcommand(
      "import-pytorch", "Take over a SASRec trained with the common PyTorch implementation (its state dict)");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  command->add_option("file", options->file, "What torch.save(model.state_dict(), FILE) wrote")->required();
  command->add_option("--vocab", options->vocabulary, "Item ids, one a line: line n is item n of the model")
      ->required();
  add_checkpoints_option(*command, options->checkpoints, "Folder of model versions", "--out");
  command->add_option("--heads", options->heads, "Attention heads (the weights don't tell)")->capture_default_str();
  command->add_option("--norm", options->norm, "Where layer norm stands: paper, pre or post")->capture_default_str();
  command->add_option("--padding", options->padding,
                      "What padding does: ignored, kept or zeroed (default: told by the position embedding)");
  command->add_flag("--json", options->json, "One JSON document");
  command->footer("Example:\n  sasrec-trainer import-pytorch SASRec.epoch=200.pth --vocab items.txt --heads 1");
  command->callback([options, &result] { result = run(*options); });
}

}  // namespace sasrec::apps
