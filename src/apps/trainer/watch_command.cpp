#include "apps/trainer/watch_command.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>

#include "apps/service/database.hpp"
#include "apps/service/service_bus.hpp"
#include "apps/service/service_options.hpp"
#include "apps/trainer/torch_learner.hpp"
#include "base/pause.hpp"
#include "base/said_once.hpp"
#include "base/stop_signals.hpp"
#include "retraining/run.hpp"
#include "retraining/schedule.hpp"
#include "store/postgres_store.hpp"
#include "store/queries/windows.hpp"
#include "store/snapshot.hpp"
#include "training/trainer.hpp"
#include "versions/presence_report.hpp"

namespace sasrec::apps {
namespace {

using retraining::RunState;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How often it looks for a run.
constexpr milliseconds kLook{1'000};
/// A trainer that reports nothing for this long loses its run; it reports every two seconds.
constexpr milliseconds kLease{15'000};
/// A run on which this many trainers died would kill the next one too.
constexpr std::size_t kMaxAttempts = 3;

struct Options {
  ServiceOptions service;
  std::string recipe = "default";
  std::string device = "auto";
  std::optional<std::size_t> threads;
  bool once = false;
};

/// Reads the interactions of the database.
class DatabaseSnapshots final : public retraining::SnapshotSource {
 public:
  explicit DatabaseSnapshots(std::string url) : url_(std::move(url)) {}

  base::Result<retraining::Snapshot> read(std::optional<std::int64_t> through_ordinal,
                                          const std::function<void(std::size_t)>& told) override {
    return store::read_snapshot(url_,
                                {.through_ordinal = through_ordinal, .on_progress = [&](std::size_t read, std::size_t) {
                                   told(read);
                                 }});
  }

 private:
  const std::string url_;
};

/// Looks for runs and works on them, one after the other.
class Watch {
 public:
  Watch(const Options& options, const std::string& database, at::Device device, bus::Bus* bus)
      : options_(options),
        store_({.url = database, .application = "sasrec trainer"}),
        registry_(options.service.checkpoints, store_, bus),
        schedule_(store_, options.service.checkpoints, {.policy = retraining_policy(options.service), .lease = kLease}),
        presence_(store_, {.role = versions::Presence::Role::kTrainer, .name = name_}),
        snapshots_(database),
        windows_(database),
        learner_({.checkpoints = options.service.checkpoints,
                  .recipe = options.recipe,
                  .overrides = options.service.retrain_set,
                  .device = device,
                  .threads = options.threads}),
        work_{.trainer = name_,
              .min_interactions = options.service.retrain_min,
              .gate = {.tolerance = options.service.gate_tolerance},
              .retention = {.versions = options.service.keep_models,
                            .age = std::chrono::hours(24 * options.service.keep_days)}} {}

  ExitCode run(const std::stop_token& stop) {
    std::jthread present([this](const std::stop_token& end) { presence_.run(end); });
    base::SaidOnce said;
    for (bool worked = false; !stop.stop_requested();) {
      const auto outcome = work_once(stop);
      worked = outcome.has_value() && outcome->has_value();
      const auto news = said.hear(outcome);
      if (news == base::SaidOnce::News::kTrouble && !stop.stop_requested()) {
        spdlog::warn("training: {}", outcome.error().message);
      }
      if (options_.once)
        return outcome && (!worked || **outcome != RunState::kFailed) ? ExitCode::kDone : ExitCode::kFailed;
      if (!worked) base::pause(stop, kLook);
    }
    return ExitCode::kDone;
  }

 private:
  /// How the run ended that it took; none if there was none to take.
  base::Result<std::optional<RunState>> work_once(const std::stop_token& stop) {
    const auto free = schedule_.tick();
    if (!free) return base::Failure(free.error());
    if (!*free) return std::nullopt;
    const auto run = store_.take_run(name_, kLease, kMaxAttempts);
    if (!run) return base::Failure(run.error());
    if (!*run) return std::nullopt;
    const auto& taken = **run;
    spdlog::info("training run {} ({}), taken for the {}. time", taken.id.text(), taken.cause, taken.attempts);
    const auto outcome = retraining::work_on(
        taken,
        {.store = store_, .snapshots = snapshots_, .learner = learner_, .windows = windows_, .registry = registry_},
        work_, stop);
    if (!outcome) return base::Failure(outcome.error());
    spdlog::log(outcome->state == RunState::kFailed ? spdlog::level::err : spdlog::level::info,
                "training run {} is {}{}{}", taken.id.text(), to_string(outcome->state),
                outcome->reason.empty() ? "" : ": ", outcome->reason);
    return outcome->state;
  }

  const Options& options_;
  const std::string name_ = versions::process_name();
  store::PostgresStore store_;
  versions::Registry registry_;
  retraining::Schedule schedule_;
  versions::PresenceReport presence_;
  DatabaseSnapshots snapshots_;
  store::PostgresWindows windows_;
  TorchLearner learner_;
  retraining::RunOptions work_;
};

ExitCode run(const Options& options) {
  set_up_logging(options.service);
  const auto device = training::parse_device(options.device);
  if (!device) return bad_usage("--device: " + device.error().message);
  spdlog::info("checkpoints: {}", options.service.checkpoints.string());
  const base::StopSignals signals;
  std::unique_ptr<ServiceBus> bus;
  if (!options.service.bus.empty()) {
    auto made = ServiceBus::make(options.service);
    if (!made) return bad_usage("--bus: " + made.error().message);
    bus = std::move(*made);
  }
  const auto database = Database::open(options.service, signals.token());
  if (!database) return signals.token().stop_requested() ? ExitCode::kDone : failed(database.error());
  auto result = ExitCode::kDone;
  {
    Watch watch(options, database->url, *device, bus ? &bus->bus() : nullptr);
    result = watch.run(signals.token());
  }
  if (bus) bus->bus().flush(seconds(5));
  return result;
}

}  // namespace

void add_watch_command(CLI::App& program, ExitCode& result) {
  auto* const command = program.add_subcommand(
      "watch", "Train on what the database holds: at an interval, when enough is new, or when asked");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  add_service_options(*command, options->service, {Part::kModels, Part::kDatabase, Part::kBus, Part::kRetraining});
  command->add_option("--recipe", options->recipe, "default (chosen from the data) or paper (Kang & McAuley 2018)")
      ->check(CLI::IsMember({"default", "paper"}))
      ->capture_default_str();
  command->add_option("--device", options->device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--threads", options->threads, "Threads on the CPU (default: as many as there is work for)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--once", options->once, "Do what is due or asked for now, if anything is, and end");
  command->footer(
      "Every option up to --keep-days is a setting too: in sasrec.toml, and as SASREC_… in the environment.\n"
      "Examples:\n"
      "  sasrec-trainer watch --database postgres://sasrec@db/sasrec --bus kafka://broker:9092 --checkpoints "
      "/checkpoints\n"
      "  sasrec-trainer watch --once");
  command->callback([options, &result] { result = run(*options); });
}

}  // namespace sasrec::apps
