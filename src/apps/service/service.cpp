#include "apps/service/service.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "apps/service/answering.hpp"
#include "apps/service/api_role.hpp"
#include "apps/service/core.hpp"
#include "apps/service/database.hpp"
#include "apps/service/entrance.hpp"
#include "apps/service/open_files.hpp"
#include "apps/service/other_systems.hpp"
#include "apps/service/roles.hpp"
#include "apps/service/service_bus.hpp"
#include "apps/service/training_child.hpp"
#include "base/pause.hpp"
#include "base/stop_signals.hpp"
#include "http/server/server.hpp"
#include "serving/event_ring.hpp"

namespace sasrec::apps {
namespace {

using std::chrono::milliseconds;

/// The roles of a process. Destroys them in reverse order, the core last.
class Service {
 public:
  Service(const ServiceOptions& options, OtherSystems others, Roles roles, Entrance entrance, Database database,
          std::unique_ptr<ServiceBus> bus)
      : options_(options),
        others_(std::move(others)),
        roles_(roles),
        entrance_(std::move(entrance)),
        core_(options, std::move(database), std::move(bus)) {}

  /// Throws if the HTTP server can't listen.
  void start() {
    if (roles_.api || roles_.worker) {
      answering_.emplace(
          core_, [this](const std::string& version) { events_.publish(serving::EventRing::ServedVersion{version}); });
      answering_->start();
    }
    if (roles_.writer) start_role(writer_, core_, others_.writer);
    if (roles_.worker) start_role(workers_, core_, *answering_);
    if (roles_.monitor) start_role(monitor_, core_);
    if (roles_.api) start_role(api_, core_, *answering_, events_);
    if (roles_.api || !options_.monitoring.empty()) serve();
    if (roles_.trainer) start_training();
    spdlog::info("started");
  }

  /// Until `stop`; meanwhile restarts its own PostgreSQL if that ends.
  void run(const std::stop_token& stop) {
    while (base::pause(stop, milliseconds(500))) {
      if (!core_.database.own) continue;
      if (const auto revived = core_.database.own->revive(); !revived) spdlog::error("{}", revived.error().message);
    }
  }

  /// Each step waits for what the step before it has put on the bus: accepted requests are still answered, and computed
  /// results are still written.
  void stop() {
    spdlog::info("stopping");
    if (server_) server_->stop(kDrain);
    if (trainer_) trainer_->stop();
    core_.service_bus->drain(kDrain);
    if (workers_) workers_->stop();
    core_.service_bus->drain(kDrain / 2);
    if (writer_) writer_->stop();
    if (monitor_) monitor_->stop();
    if (api_) api_->stop();
    if (answering_) answering_->stop();
    core_.bus.flush(kDrain / 2);
    server_.reset();
    spdlog::info("stopped");
  }

 private:
  template <class Role, class... Parts>
  static void start_role(std::optional<Role>& role, Parts&&... parts) {
    role.emplace(std::forward<Parts>(parts)...);
    role->start();
  }

  void start_training() {
    auto program = TrainingChild::find_program(options_);
    if (!program) {
      spdlog::info("{}", program.error().message);
      return;
    }
    start_role(trainer_, core_, std::move(*program));
  }

  std::vector<http::ReadinessCheck> readiness() {
    std::vector<http::ReadinessCheck> checks;
    const auto add = [&checks](const char* name, auto health) {
      checks.push_back({name, [health]() -> base::Result<std::string> {
                          if (const auto healthy = health(); !healthy) return base::Failure(healthy.error());
                          return std::string();
                        }});
    };
    add("database", [this] { return core_.store.health(); });
    add("bus", [this] { return core_.bus.health(); });
    if (answering_) std::ranges::move(answering_->readiness().checks(), std::back_inserter(checks));
    return checks;
  }

  /// The whole API, or the routes of a role without one.
  void serve() {
    auto port = entrance_.take_port();
    const std::string address = port->address();
    http::Services services{.operations = {.metrics = core_.metrics, .readiness = readiness()}, .keys = core_.store};
    http::ServerOptions server;
    const auto files = raise_open_files();
    server.limits.connections = affordable_connections(options_.max_connections, files);
    if (server.limits.connections < options_.max_connections) {
      spdlog::warn(
          "at most {} connections instead of {} (--max-connections): this process may open {} files; raise its "
          "limit (ulimit -n, or LimitNOFILE of its unit)",
          server.limits.connections, options_.max_connections, files);
    }
    if (api_) {
      services.api.emplace(api_->services());
      server.io_threads = options_.io_threads;
      // Calls that wait for the database are among the computations, and must not delay the others.
      server.compute_threads = 2;
      server.rate = options_.rate;
      server.cross_origin = others_.cross_origin;
    }
    server_.emplace(std::move(services), std::move(server), std::move(port));
    spdlog::info("listening on http://{}:{}", address, server_->port());
  }

  const ServiceOptions& options_;
  const OtherSystems others_;
  const Roles roles_;
  Entrance entrance_;
  Core core_;
  serving::EventRing events_;
  // Null: the process has no such role.
  std::optional<Answering> answering_;
  std::optional<WriterRole> writer_;
  std::optional<WorkerRole> workers_;
  std::optional<MonitorRole> monitor_;
  std::optional<ApiRole> api_;
  std::optional<TrainerRole> trainer_;
  std::optional<http::Server> server_;
};

}  // namespace

ExitCode run_service(const ServiceOptions& options, Roles roles) {
  // A model's matrices get their own pages, which go back to the system with the model. Without this glibc raises its
  // threshold after the first model is freed, and takes later matrices from the heap, where they leave holes.
  constexpr int kPagesOfItsOwn = 256 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kPagesOfItsOwn);  // NOLINT(concurrency-mt-unsafe): there is no other thread yet
  set_up_logging(options);
  const base::StopSignals signals;
  const auto stop = signals.token();

  auto others = OtherSystems::read(options);
  if (!others) return bad_usage(others.error().message);
  auto entrance = Entrance::prepare(options, roles);
  if (!entrance) return failed(entrance.error());
  auto bus = ServiceBus::make(options);
  if (!bus) return bad_usage("--bus: " + bus.error().message);
  auto database = Database::open(options, stop, [&](const std::string& url) { return entrance->check_keys(url); });
  if (!database) return stop.stop_requested() ? ExitCode::kDone : failed(database.error());
  Service service(options, *std::move(others), roles, std::move(*entrance), std::move(*database), std::move(*bus));
  try {
    service.start();
    service.run(stop);
  } catch (...) {
    service.stop();
    throw;  // the command prints it
  }
  service.stop();
  return ExitCode::kDone;
}

}  // namespace sasrec::apps
