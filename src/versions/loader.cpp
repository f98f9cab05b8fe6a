#include "versions/loader.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "base/background.hpp"
#include "checkpoint/manifest.hpp"
#include "versions/slot.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;

/// The earliest time of all if there is no manifest.
std::filesystem::file_time_type written(const std::filesystem::path& version) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(version / checkpoint::kManifestFile, error);
  return error ? std::filesystem::file_time_type::min() : time;
}

double unix_seconds(base::Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

Loader::Loader(std::filesystem::path checkpoints, Slot& slot, telemetry::Metrics& metrics, Options options)
    : directory_(std::move(checkpoints)), slot_(slot), metrics_(metrics), options_(std::move(options)) {}

Loader::~Loader() = default;

void Loader::run(const std::stop_token& stop) {
  std::string said;  // each state once
  do {
    const auto refreshed = refresh();
    // Hashing and checking a model takes a core for a while, which requests want too. Only the first model is loaded at
    // full priority, because requests wait for it.
    base::enter_background();
    const auto state = refreshed ? "model " + loaded_ + " is served" : refreshed.error().message;
    if (state != said) spdlog::log(refreshed ? spdlog::level::info : spdlog::level::warn, "{}", state);
    said = state;
    wait(stop);
  } while (!stop.stop_requested());
}

void Loader::wake() {
  {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Loader::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, options_.interval, [this] { return woken_; });
  woken_ = false;
}

void Loader::count(const char* outcome) {
  metrics_.model_loads.Add({{"outcome", outcome}}).Increment();
}

base::Result<void> Loader::refresh() {
  if (!first_) first_ = std::chrono::steady_clock::now();
  auto looked = look();
  note(looked);
  return looked;
}

ModelState Loader::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void Loader::note(const base::Result<void>& looked) {
  const bool final =
      looked || looked.error().code == ErrorCode::kNotFound || looked.error().code == ErrorCode::kCorrupt;
  const std::scoped_lock lock(mutex_);
  state_.settled = state_.settled || final || std::chrono::steady_clock::now() - *first_ >= options_.patience;
  state_.served = loaded_;
  state_.problem = looked || empty_ ? std::string() : looked.error().message;
}

base::Result<void> Loader::look() {
  free_unused();
  const auto current = directory_.current();
  empty_ = !current && current.error().code == ErrorCode::kNotFound;
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

base::Result<void> Loader::load(const std::string& version) {
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
  metrics_.serves(version, unix_seconds(checkpoint::created_at(version)));
  loaded_ = version;
  refused_.clear();
  corrupt_.reset();
  if (options_.on_served) options_.on_served(version);
  free_unused();
  return {};
}

void Loader::free_unused() {
  // Nobody can take a new share of one that is in the slot no more: a count of one stays one.
  const auto freed = std::erase_if(retired_, [](const auto& model) { return model.use_count() == 1; });
  // Models of ever other sizes leave holes in the heap.
  if (freed > 0) ::malloc_trim(0);
}

}  // namespace sasrec::versions
