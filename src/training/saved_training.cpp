#include "training/saved_training.hpp"

#include <torch/serialize.h>

#include <utility>

#include <boost/json/serialize.hpp>

#include "checkpoint/file_system.hpp"
#include "checkpoint/replace_file.hpp"
#include "training/random.hpp"

namespace sasrec::training {
namespace {

void save_list(torch::serialize::OutputArchive& archive, const std::string& name,
               const std::vector<at::Tensor>& tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    archive.write(name + std::to_string(i), tensors[i].detach().cpu(), /*is_buffer=*/true);
  }
}

std::vector<at::Tensor> load_list(torch::serialize::InputArchive& archive, const std::string& name, std::size_t count) {
  std::vector<at::Tensor> tensors(count);
  for (std::size_t i = 0; i < count; ++i) archive.read(name + std::to_string(i), tensors[i], /*is_buffer=*/true);
  return tensors;
}

double read_number(torch::serialize::InputArchive& archive, const std::string& name) {
  c10::IValue value;
  archive.read(name, value);
  return value.toDouble();
}

}  // namespace

SavedTraining::SavedTraining(std::filesystem::path file, std::string fingerprint)
    : file_(std::move(file)), fingerprint_(std::move(fingerprint)) {}

std::optional<Progress> SavedTraining::load() const {
  if (!std::filesystem::exists(file_)) return std::nullopt;
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(file_.string());
    c10::IValue found;
    archive.read("fingerprint", found);
    if (found.toStringRef() != fingerprint_) return std::nullopt;
    Progress progress;
    progress.epoch = static_cast<std::size_t>(read_number(archive, "epoch"));
    progress.step = static_cast<std::size_t>(read_number(archive, "step"));
    progress.best_epoch = static_cast<std::size_t>(read_number(archive, "best_epoch"));
    progress.best_ndcg = read_number(archive, "best_ndcg");
    progress.evaluations_without_gain = static_cast<std::size_t>(read_number(archive, "evaluations_without_gain"));
    c10::IValue seconds;
    archive.read("epoch_seconds", seconds);
    progress.epoch_seconds = seconds.toDoubleVector();
    const auto count = static_cast<std::size_t>(read_number(archive, "tensors"));
    progress.weights = load_list(archive, "weights", count);
    progress.best_weights = load_list(archive, "best_weights", count);
    progress.first_moments = load_list(archive, "first_moments", count);
    progress.second_moments = load_list(archive, "second_moments", count);
    return progress;
  } catch (const c10::Error&) {
    return std::nullopt;  // a torn or foreign file: the run starts over and replaces it
  }
}

base::Result<void> SavedTraining::save(const Progress& progress) const {
  torch::serialize::OutputArchive archive;
  archive.write("fingerprint", c10::IValue(fingerprint_));
  archive.write("epoch", c10::IValue(static_cast<double>(progress.epoch)));
  archive.write("step", c10::IValue(static_cast<double>(progress.step)));
  archive.write("best_epoch", c10::IValue(static_cast<double>(progress.best_epoch)));
  archive.write("best_ndcg", c10::IValue(progress.best_ndcg));
  archive.write("evaluations_without_gain", c10::IValue(static_cast<double>(progress.evaluations_without_gain)));
  archive.write("epoch_seconds", c10::IValue(progress.epoch_seconds));
  archive.write("tensors", c10::IValue(static_cast<double>(progress.weights.size())));
  save_list(archive, "weights", progress.weights);
  save_list(archive, "best_weights", progress.best_weights);
  save_list(archive, "first_moments", progress.first_moments);
  save_list(archive, "second_moments", progress.second_moments);
  // Through memory: torch's own file writer ends the process when the disk is full.
  std::string bytes;
  archive.save_to([&bytes](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  if (const auto saved = checkpoint::replace_file(checkpoint::FileSystem::real(), file_, bytes); !saved) {
    return base::fail_within("progress can't be saved", saved.error());
  }
  return {};
}

void SavedTraining::clear() const {
  std::error_code ignored;  // a leftover file has another fingerprint, so it is not used
  std::filesystem::remove(file_, ignored);
}

std::string fingerprint(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings) {
  std::uint64_t hash = mix(settings.model.items);
  const auto add = [&hash](std::uint64_t value) {
    hash = mix(hash ^ value);
  };
  auto json = to_json(settings);
  json["model"] = checkpoint::to_json(settings.model);
  for (const char c : boost::json::serialize(json)) add(static_cast<unsigned char>(c));
  for (const auto length : split.train_length) add(length);
  for (const auto item : sequences.items) add(item.value);
  return fmt::format("{:016x}", hash);
}

}  // namespace sasrec::training
