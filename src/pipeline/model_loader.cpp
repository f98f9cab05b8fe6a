#include "pipeline/model_loader.hpp"

#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "checkpoint/manifest.hpp"
#include "pipeline/pause.hpp"
#include "recommend/model_slot.hpp"

namespace sasrec::pipeline {
namespace {

using base::ErrorCode;

/// The earliest time of all if there is no manifest.
std::filesystem::file_time_type written(const std::filesystem::path& version) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(version / checkpoint::kManifestFile, error);
  return error ? std::filesystem::file_time_type::min() : time;
}

}  // namespace

ModelLoader::ModelLoader(std::filesystem::path checkpoints, recommend::ModelSlot& slot, Options options)
    : directory_(std::move(checkpoints)), slot_(slot), options_(std::move(options)) {}

ModelLoader::~ModelLoader() = default;

void ModelLoader::run(const std::stop_token& stop) {
  std::string said;  // each state once
  do {
    const auto refreshed = refresh();
    const auto state = refreshed ? "model " + loaded_ + " is served" : refreshed.error().message;
    if (state != said) spdlog::log(refreshed ? spdlog::level::info : spdlog::level::warn, "{}", state);
    said = state;
  } while (pause(stop, options_.interval));
}

base::Result<void> ModelLoader::refresh() {
  free_unused();
  const auto current = directory_.current();
  if (!current) return base::Failure(current.error());
  if (*current == loaded_) return {};
  if (const auto reason = directory_.quarantine_reason(*current)) {
    return base::fail(ErrorCode::kCorrupt, "version {} is quarantined: {}", *current, *reason);
  }
  if (corrupt_ && corrupt_->version == *current && corrupt_->written == written(directory_.root() / *current)) {
    return base::Failure(corrupt_->error);
  }
  return load(*current);
}

base::Result<void> ModelLoader::load(const std::string& version) {
  const auto folder = directory_.root() / version;
  const auto time = written(folder);
  auto model = recommend::Model::load(folder);
  if (!model) {
    if (model.error().code == ErrorCode::kCorrupt) {
      corrupt_ = {version, time, model.error()};
      if (const auto kept = directory_.quarantine(version, model.error().message); !kept) {
        spdlog::warn("{}", kept.error().message);
      }
    }
    return base::Failure(model.error());
  }
  if (auto old = slot_.put(std::move(*model))) retired_.push_back(std::move(old));
  loaded_ = version;
  corrupt_.reset();
  if (options_.on_served) options_.on_served(version);
  free_unused();
  return {};
}

void ModelLoader::free_unused() {
  // Nobody can take a new share of one that is in the slot no more: a count of one stays one.
  std::erase_if(retired_, [](const auto& model) { return model.use_count() == 1; });
}

}  // namespace sasrec::pipeline
