#include "apps/service/service.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "apps/service/database.hpp"
#include "apps/service/entrance.hpp"
#include "apps/service/other_systems.hpp"
#include "apps/service/readiness.hpp"
#include "apps/service/service_bus.hpp"
#include "apps/service/stop_signals.hpp"
#include "apps/service/threads.hpp"
#include "apps/service/training_child.hpp"
#include "base/json_text.hpp"
#include "base/parallel.hpp"
#include "base/pause.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/popular_items.hpp"
#include "http/bodies/training_json.hpp"
#include "http/server/server.hpp"
#include "monitoring/monitor.hpp"
#include "retraining/run_watch.hpp"
#include "serving/event_ring.hpp"
#include "serving/intake.hpp"
#include "serving/popular_answer.hpp"
#include "serving/result_hub.hpp"
#include "serving/similar_items.hpp"
#include "serving/sweeper.hpp"
#include "serving/version_answers.hpp"
#include "serving/worker.hpp"
#include "serving/writer.hpp"
#include "store/postgres_store.hpp"
#include "store/queries/windows.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/monitor_metrics.hpp"
#include "telemetry/observed_metrics.hpp"
#include "telemetry/training_metrics.hpp"
#include "versions/listener.hpp"
#include "versions/loader.hpp"
#include "versions/presence_report.hpp"
#include "versions/registry.hpp"
#include "versions/slot.hpp"

namespace sasrec::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a stop waits for what is under way; all in all it takes less than 10 seconds.
constexpr milliseconds kDrain{4'000};

/// Everything a process runs, built in the order of the members and ended in reverse.
class Service {
 public:
  Service(const ServiceOptions& options, OtherSystems others, Roles roles, Entrance entrance, Database database,
          std::unique_ptr<ServiceBus> bus)
      : options_(options),
        others_(std::move(others)),
        roles_(roles),
        entrance_(std::move(entrance)),
        database_(std::move(database)),
        store_({.url = database_.url,
                .on_retry = [this](store::Operation operation) { count_retry(operation.name()); },
                .on_done = [this](store::Operation operation,
                                  std::chrono::nanoseconds took) { metrics_.database_took(operation.index(), took); },
                .on_health =
                    [this](const base::Result<void>& health) {
                      tell(health);
                    }}),
        bus_(std::move(bus)),
        catalogue_(store_),
        popular_(store_),
        versions_(options.checkpoints, catalogue_, popular_),
        hub_(bus_->bus(), {.events = &events_}),
        intake_(store_, bus_->bus(), hub_, metrics_,
                {.deadline = milliseconds(static_cast<std::int64_t>(options.deadline * 1000)),
                 .max_open = options.max_open}),
        registry_(options.checkpoints, store_, &bus_->bus()) {
    metrics_.count_database(store::kOperations);  // before the store does anything
  }

  /// Throws if the HTTP server can't listen.
  void start() {
    observe();
    if (roles_.api || roles_.worker) start_what_answers_need();
    if (roles_.writer) start_writer();
    if (roles_.worker) start_workers();
    if (roles_.monitor) start_monitor();
    if (roles_.api) {
      background_.start("results", [this](const std::stop_token& stop) { hub_.run(stop); });
      background_.start("trainings", [this](const std::stop_token& stop) { watch_training(stop); });
      background_.start("registry", [this](const std::stop_token& stop) { registry_.run(stop, seconds(2)); });
      // Calls that wait for the database are among the computations, and must not hold up the others.
      serve({.io_threads = options_.io_threads,
             .compute_threads = 2,
             .rate = options_.rate,
             .cross_origin = others_.cross_origin});
    } else if (!options_.monitoring.empty()) {
      serve({.operations_only = true});
    }
    if (roles_.trainer) start_training();
    spdlog::info("started");
  }

  /// Until `stop`; meanwhile sees to its own PostgreSQL.
  void run(const std::stop_token& stop) {
    while (base::pause(stop, milliseconds(500))) {
      if (!database_.own) continue;
      if (const auto revived = database_.own->revive(); !revived) spdlog::error("{}", revived.error().message);
    }
  }

  void stop() {
    spdlog::info("stopping");
    if (server_) server_->stop(kDrain);
    training_.stop();
    bus_->drain(kDrain);  // what is accepted and computed is still answered and written
    workers_.stop();
    bus_->drain(kDrain / 2);
    writers_.stop();
    background_.stop();
    bus_->bus().flush(kDrain / 2);
    server_.reset();
    spdlog::info("stopped");
  }

 private:
  void count_retry(std::string_view operation) {
    metrics_.store_retries.Add({{"operation", std::string(operation)}}).Increment();
  }

  /// Called when the database goes away or comes; the first time it comes is no news.
  void tell(const base::Result<void>& health) {
    if (!health) {
      spdlog::warn("database: {}", health.error().message);
    } else if (database_was_away_.load()) {
      spdlog::info("database: it is back");
    }
    database_was_away_ = !health.has_value();
  }

  void observe() {
    const auto queue = [&](const char* name, auto depth) {
      metrics_.observe(telemetry::kQueueDepth.name, telemetry::kQueueDepth.help, {{"queue", name}},
                       [depth] { return static_cast<double>(depth()); });
    };
    queue("store_requests", [this] { return store_.waiting_requests(); });
    queue("store_interactions", [this] { return store_.waiting_interactions(); });
    queue("store_reads", [this] { return store_.waiting_reads(); });
    queue("bus", [this] { return bus_->bus().queued(); });
    queue("open_requests", [this] { return hub_.open(); });
    for (const auto topic :
         {bus::Topic::kRequests, bus::Topic::kResults, bus::Topic::kInteractions, bus::Topic::kItems}) {
      metrics_.observe(telemetry::kBusLag.name, telemetry::kBusLag.help, {{"topic", std::string(name(topic))}},
                       [this, topic] { return static_cast<double>(bus_->bus().lag(topic)); });
    }
    const auto up = [&](const char* dependency, auto health) {
      metrics_.observe(telemetry::kDependencyUp.name, telemetry::kDependencyUp.help, {{"dependency", dependency}},
                       [health] { return health().has_value() ? 1.0 : 0.0; });
    };
    up("database", [this] { return store_.health(); });
    up("bus", [this] { return bus_->bus().health(); });
    metrics_.observe(telemetry::kConnectionsInUse.name, telemetry::kConnectionsInUse.help, {},
                     [this] { return static_cast<double>(store_.connections_in_use()); });
    metrics_.observe(telemetry::kConnectionsLimit.name, telemetry::kConnectionsLimit.help, {},
                     [] { return static_cast<double>(store::PostgresStore::Options{}.connections); });
  }

  /// For those who listen to the stream: whichever process trains, the database tells how far it is.
  void watch_training(const std::stop_token& stop) {
    telemetry::TrainingMetrics told(metrics_);
    retraining::TrainingWatch watch(store_, [this, &told](const retraining::TrainingRun& run) {
      events_.publish_training(base::to_json_text(http::run_json(run)));
      count_training(told, run);
    });
    do {
      watch.look();
    } while (base::pause(stop, seconds(1)));
  }

  static void count_training(telemetry::TrainingMetrics& told, const retraining::TrainingRun& run) {
    const auto epochs = run.epochs.value_or(0);
    told.progress.Set(epochs == 0 ? 0 : static_cast<double>(run.epoch.value_or(0)) / static_cast<double>(epochs));
    told.seconds_left.Set(is_final(run.state) ? 0 : run.seconds_left.value_or(0));
    told.loss.Set(run.loss.value_or(0));
    told.ndcg.Set(run.ndcg.value_or(0));
    if (is_final(run.state)) told.runs.Add({{"state", std::string(to_string(run.state))}}).Increment();
  }

  void start_what_answers_need() {
    loader_ =
        std::make_unique<versions::Loader>(options_.checkpoints, models_, metrics_,
                                           versions::Loader::Options{.on_served = [this](const std::string& version) {
                                             events_.publish_model(version);
                                           }});
    listener_ = std::make_unique<versions::Listener>(bus_->bus(), [this](const bus::ModelAnnouncement& model) {
      spdlog::debug("version {} is announced", model.version);
      loader_->wake();
    });
    readiness_ = std::make_unique<Readiness>(catalogue_, popular_, *loader_);
    background_.start("loader", [this](const std::stop_token& stop) { loader_->run(stop); });
    background_.start("listener", [this](const std::stop_token& stop) { listener_->run(stop); });
    background_.start("catalogue", [this](const std::stop_token& stop) { catalogue_.run(stop, seconds(2)); });
    background_.start("popular", [this](const std::stop_token& stop) { popular_.run(stop, seconds(2)); });
  }

  std::vector<http::ReadinessCheck> readiness() {
    std::vector<http::ReadinessCheck> checks;
    const auto add = [&checks](const char* name, auto health) {
      checks.push_back({name, [health]() -> base::Result<std::string> {
                          if (const auto healthy = health(); !healthy) return base::Failure(healthy.error());
                          return std::string();
                        }});
    };
    add("database", [this] { return store_.health(); });
    add("bus", [this] { return bus_->bus().health(); });
    if (readiness_) std::ranges::move(readiness_->checks(), std::back_inserter(checks));
    return checks;
  }

  void start_writer() {
    writer_ = std::make_unique<serving::Writer>(store_, store_, store_, bus_->bus(), metrics_, others_.writer);
    sweeper_ = std::make_unique<serving::Sweeper>(store_, bus_->bus(), metrics_, serving::Sweeper::Options{});
    writers_.start("writer", [this](const std::stop_token& stop) { writer_->run_results(stop); });
    writers_.start("interactions", [this](const std::stop_token& stop) { writer_->run_interactions(stop); });
    writers_.start("items", [this](const std::stop_token& stop) { writer_->run_items(stop); });
    background_.start("sweeper", [this](const std::stop_token& stop) { sweeper_->run(stop); });
    background_.start("counting",
                      [this](const std::stop_token& stop) { catalogue::count_popular(store_, stop, seconds(10)); });
  }

  void start_monitor() {
    const auto window = std::chrono::seconds(options_.monitor_window);
    windows_ = std::make_unique<store::PostgresWindows>(database_.url);
    monitor_metrics_ = std::make_unique<telemetry::MonitorMetrics>(metrics_);
    monitor_ = std::make_unique<monitoring::Monitor>(options_.checkpoints, *windows_, *monitor_metrics_,
                                                     monitoring::Monitor::Options{.window = window});
    background_.start("monitor", [this](const std::stop_token& stop) { monitor_->run(stop); });
  }

  void start_workers() {
    const std::size_t count = options_.workers > 0 ? options_.workers : base::default_threads();
    for (std::size_t i = 0; i < count; ++i) {
      worker_roles_.push_back(std::make_unique<serving::Worker>(bus_->bus(), models_, catalogue_, popular_, metrics_,
                                                                serving::Worker::Options{}));
      workers_.start("worker", [this, worker = worker_roles_.back().get()](const std::stop_token& stop) {
        if (!readiness_->wait(stop)) return;  // requests wait on the bus meanwhile
        worker->run(stop);
      });
    }
    background_.start("presence", [this](const std::stop_token& stop) {
      report_presence(stop, versions::Presence::Role::kWorker, [this] {
        // Not held on to: an old model's memory goes as soon as no request needs it.
        const auto model = models_.get();
        return model ? model->version() : std::string();
      });
    });
  }

  void start_training() {
    auto program = TrainingChild::find_program(options_);
    if (!program) {
      spdlog::info("{}", program.error().message);
      return;
    }
    trainer_ = std::make_unique<TrainingChild>(options_, std::move(*program), database_.url, store_, registry_);
    training_.start("trainer", [this](const std::stop_token& stop) { trainer_->run(stop); });
    training_.start("presence", [this](const std::stop_token& stop) {
      report_presence(stop, versions::Presence::Role::kTrainer, {});
    });
  }

  void report_presence(const std::stop_token& stop, versions::Presence::Role role,
                       std::function<std::string()> version) {
    versions::PresenceReport(store_, {.role = role, .name = versions::process_name(), .version = std::move(version)})
        .run(stop);
  }

  void serve(http::ServerOptions server) {
    auto port = entrance_.take_port();
    const std::string address = port->address();
    server.limits.connections = options_.max_connections;
    http::Services services{
        .intake = intake_,
        .results = hub_,
        .events = events_,
        .recommendations = store_,
        .interactions = store_,
        .items = store_,
        .keys = store_,
        .catalogue = catalogue_,
        .loaded = [this] { return readiness_->loaded(); },
        .serves_model = [this] { return models_.get() != nullptr; },
        .popular =
            [this](std::size_t k) {
              const auto model = models_.get();
              return serving::popular_answer(k, *popular_.get(), model.get(), *catalogue_.get()).items;
            },
        .similar = [this](std::string_view item,
                          std::size_t k) { return serving::similar_items(models_, *catalogue_.get(), item, k); },
        .recommend_with = [this](std::string_view version,
                                 const bus::RequestRecord& request) { return versions_.answer(version, request); },
        .models = registry_,
        .training = store_,
        .metrics = metrics_,
        .readiness = readiness()};
    server_ = std::make_unique<http::Server>(std::move(services), std::move(server), std::move(port));
    spdlog::info("listening on http://{}:{}", address, server_->port());
  }

  const ServiceOptions& options_;
  const OtherSystems others_;
  const Roles roles_;
  Entrance entrance_;
  Database database_;
  telemetry::Metrics metrics_;
  std::atomic<bool> database_was_away_ = false;
  store::PostgresStore store_;
  std::unique_ptr<ServiceBus> bus_;
  versions::Slot models_;
  catalogue::CatalogueCache catalogue_;
  catalogue::PopularItems popular_;
  serving::VersionAnswers versions_;
  serving::EventRing events_;
  serving::ResultHub hub_;
  serving::Intake intake_;
  versions::Registry registry_;
  std::unique_ptr<versions::Loader> loader_;
  std::unique_ptr<versions::Listener> listener_;
  std::unique_ptr<Readiness> readiness_;  // null where nothing is answered
  std::unique_ptr<TrainingChild> trainer_;
  std::unique_ptr<serving::Writer> writer_;
  std::unique_ptr<serving::Sweeper> sweeper_;
  std::vector<std::unique_ptr<serving::Worker>> worker_roles_;
  std::unique_ptr<store::PostgresWindows> windows_;
  std::unique_ptr<telemetry::MonitorMetrics> monitor_metrics_;
  std::unique_ptr<monitoring::Monitor> monitor_;
  std::unique_ptr<http::Server> server_;
  Threads background_;
  Threads writers_;
  Threads workers_;
  Threads training_;
};

}  // namespace

ExitCode run_service(const ServiceOptions& options, Roles roles) {
  // A model's matrices get pages of their own, also after the first one has gone (glibc would then take them from the
  // heap): with the model they go back to the system, and no hole stays behind.
  constexpr int kPagesOfItsOwn = 256 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kPagesOfItsOwn);  // NOLINT(concurrency-mt-unsafe): there is no other thread yet
  set_up_logging(options);
  const StopSignals signals;
  std::stop_source stop;
  const std::jthread watcher = signals.watch(stop);

  auto others = OtherSystems::read(options);
  if (!others) return bad_usage(others.error().message);
  auto entrance = Entrance::prepare(options, roles);
  if (!entrance) return failed(entrance.error());
  auto bus = ServiceBus::make(options);
  if (!bus) return bad_usage("--bus: " + bus.error().message);
  auto database =
      Database::open(options, stop.get_token(), [&](const std::string& url) { return entrance->check_keys(url); });
  if (!database) return stop.stop_requested() ? ExitCode::kDone : failed(database.error());
  Service service(options, *std::move(others), roles, std::move(*entrance), std::move(*database), std::move(*bus));
  try {
    service.start();
    service.run(stop.get_token());
  } catch (...) {
    service.stop();
    throw;  // printed by whoever runs the command
  }
  service.stop();
  return ExitCode::kDone;
}

}  // namespace sasrec::apps
