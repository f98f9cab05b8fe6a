#include "versions/registry.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/pause.hpp"
#include "base/said_once.hpp"
#include "base/sha256.hpp"
#include "bus/codec.hpp"
#include "checkpoint/manifest.hpp"
#include "versions/activation.hpp"
#include "versions/presence_report.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

boost::json::object metrics_of(const std::filesystem::path& version) {
  boost::json::error_code error;
  auto json = boost::json::parse(contents(version / checkpoint::kMetricsFile), error);
  if (error || !json.is_object()) return {};  // `model verify` says what is wrong with a version
  return std::move(json.get_object());
}

std::string manifest_of(const std::filesystem::path& version) {
  return base::sha256(contents(version / checkpoint::kManifestFile));
}

}  // namespace

base::Result<std::vector<ModelInfo>> list_models(const checkpoint::Directory& directory) {
  auto entries = directory.list();
  if (!entries) return base::Failure(entries.error());
  std::vector<ModelInfo> models;
  models.reserve(entries->size());
  for (auto& entry : *entries) {
    const auto created = checkpoint::created_at(entry.version);
    auto metrics = metrics_of(directory.root() / entry.version);
    models.push_back({.entry = std::move(entry), .created = created, .metrics = std::move(metrics)});
  }
  return models;
}

std::optional<std::string> active_of(const std::vector<ModelInfo>& models) {
  const auto found = std::ranges::find_if(
      models, [](const ModelInfo& model) { return model.entry.state == checkpoint::State::kActive; });
  if (found == models.end()) return std::nullopt;
  return found->entry.version;
}

Registry::Registry(std::filesystem::path checkpoints, ModelStore& store, bus::Bus* bus, checkpoint::FileSystem& files)
    : root_(std::move(checkpoints)), store_(store), bus_(bus), files_(files) {}

base::Result<void> Registry::activate(const std::string& version) {
  auto folder = directory();
  if (auto activated = make_current(folder, version); !activated) return activated;
  tell(version);
  return {};
}

base::Result<void> Registry::admit(const std::string& version) {
  if (auto activated = directory().activate(version); !activated) return activated;
  tell(version);
  return {};
}

void Registry::tell(const std::string& version) {
  spdlog::info("version {} is active", version);
  announce(version);
  if (const auto told = mirror(); !told) spdlog::warn("models: the database is told later: {}", told.error().message);
}

void Registry::announce(const std::string& version) {
  if (bus_ == nullptr) return;
  const bus::ModelAnnouncement message{.version = version,
                                       .manifest = manifest_of(root_ / version),
                                       .metrics = boost::json::serialize(metrics_of(root_ / version)),
                                       .time = base::now()};
  const auto published = bus_->publish(bus::encode(message), [version](const base::Result<void>& delivered) {
    if (!delivered) spdlog::warn("version {} is not announced: {}", version, delivered.error().message);
  });
  if (!published) spdlog::warn("version {} is not announced: {}", version, published.error().message);
}

base::Result<void> Registry::mirror() {
  auto models = list_models(directory());
  if (!models) {
    if (models.error().code == ErrorCode::kNotFound) return {};  // no folder yet
    return base::Failure(models.error());
  }
  const std::scoped_lock lock(mirroring_);
  // The names and states alone decide whether anything changed: metrics and manifests follow from the version.
  std::string state;
  for (const auto& [entry, created, metrics] : *models) {
    state += entry.version;
    state += ' ';
    state += to_string(entry.state);
    state += '\n';
  }
  if (state == mirrored_) return {};
  std::vector<ModelRecord> records;
  records.reserve(models->size());
  for (const auto& [entry, created, metrics] : *models) {
    records.push_back({.version = entry.version,
                       .state = std::string(to_string(entry.state)),
                       .manifest = manifest_of(root_ / entry.version),
                       .metrics = boost::json::serialize(metrics),
                       .reason = entry.reason,
                       .created = created});
  }
  if (auto told = store_.mirror_models(records); !told) return told;
  mirrored_ = std::move(state);
  return {};
}

void Registry::run(const std::stop_token& stop, std::chrono::milliseconds interval) {
  base::SaidOnce said;
  do {
    const auto told = mirror();
    if (said.hear(told) == base::SaidOnce::News::kTrouble) spdlog::warn("models: {}", told.error().message);
  } while (base::pause(stop, interval));
}

std::vector<Presence> Registry::present(Presence::Role role) {
  return store_.present(role, kPresent).value_or(std::vector<Presence>{});
}

}  // namespace sasrec::versions
