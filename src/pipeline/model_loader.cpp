#include "pipeline/model_loader.hpp"

#include <spdlog/spdlog.h>

#include <ctime>
#include <system_error>
#include <utility>

#include "checkpoint/manifest.hpp"
#include "checkpoint/version_name.hpp"
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

/// Unix seconds, as the version's name says; 0 if that is no name.
double made_at(const std::string& version) {
  const auto name = checkpoint::VersionName::parse(version);
  std::tm utc{};
  if (!name || ::strptime(name->time.c_str(), "%Y%m%dT%H%M%SZ", &utc) == nullptr) return 0;
  return static_cast<double>(::timegm(&utc));
}

}  // namespace

ModelLoader::ModelLoader(std::filesystem::path checkpoints, recommend::ModelSlot& slot, telemetry::Metrics& metrics,
                         Options options)
    : directory_(std::move(checkpoints)), slot_(slot), metrics_(metrics), options_(options) {}

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

void ModelLoader::count(const char* outcome) {
  metrics_.model_loads.Add({{"outcome", outcome}}).Increment();
}

base::Result<void> ModelLoader::refresh() {
  free_unused();
  const auto current = directory_.current();
  if (!current) return base::Failure(current.error());
  if (*current == loaded_) return {};
  if (const auto reason = directory_.quarantine_reason(*current)) {
    if (refused_ != *current) count("quarantined");
    refused_ = *current;
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
    count(model.error().code == ErrorCode::kCorrupt ? "corrupt" : "unavailable");
    if (model.error().code == ErrorCode::kCorrupt) {
      refused_ = version;
      corrupt_ = {version, time, model.error()};
      if (const auto kept = directory_.quarantine(version, model.error().message); !kept) {
        spdlog::warn("{}", kept.error().message);
      }
    }
    return base::Failure(model.error());
  }
  if (auto old = slot_.put(std::move(*model))) retired_.push_back(std::move(old));
  count("loaded");
  metrics_.serves(version, made_at(version));
  loaded_ = version;
  refused_.clear();
  corrupt_.reset();
  free_unused();
  return {};
}

void ModelLoader::free_unused() {
  // Nobody can take a new share of one that is in the slot no more: a count of one stays one.
  std::erase_if(retired_, [](const auto& model) { return model.use_count() == 1; });
}

}  // namespace sasrec::pipeline
