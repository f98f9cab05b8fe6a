#include "apps/service/core.hpp"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "telemetry/observed_metrics.hpp"

namespace sasrec::apps {

namespace {

void observe(Core& core) {
  const auto queue = [&](const char* name, auto depth) {
    core.metrics.observe(telemetry::kQueueDepth.name, telemetry::kQueueDepth.help, {{"queue", name}},
                         [depth] { return static_cast<double>(depth()); });
  };
  queue("store_requests", [&core] { return core.store.waiting_requests(); });
  queue("store_interactions", [&core] { return core.store.waiting_interactions(); });
  queue("store_reads", [&core] { return core.store.waiting_reads(); });
  queue("bus", [&core] { return core.bus.queued(); });
  for (const auto topic :
       {bus::Topic::kRequests, bus::Topic::kResults, bus::Topic::kInteractions, bus::Topic::kItems}) {
    core.metrics.observe(telemetry::kBusLag.name, telemetry::kBusLag.help, {{"topic", std::string(name(topic))}},
                         [&core, topic] { return static_cast<double>(core.bus.lag(topic)); });
  }
  const auto up = [&](const char* dependency, auto health) {
    core.metrics.observe(telemetry::kDependencyUp.name, telemetry::kDependencyUp.help, {{"dependency", dependency}},
                         [health] { return health().has_value() ? 1.0 : 0.0; });
  };
  up("database", [&core] { return core.store.health(); });
  up("bus", [&core] { return core.bus.health(); });
  core.metrics.observe(telemetry::kConnectionsInUse.name, telemetry::kConnectionsInUse.help, {},
                       [&core] { return static_cast<double>(core.store.connections_in_use()); });
  core.metrics.observe(telemetry::kConnectionsLimit.name, telemetry::kConnectionsLimit.help, {},
                       [] { return static_cast<double>(store::PostgresStore::Options{}.connections); });
}

}  // namespace

Core::Core(const ServiceOptions& given, Database given_database, std::unique_ptr<ServiceBus> given_bus)
    : options(given),
      database(std::move(given_database)),
      store({.url = database.url,
             .on_retry =
                 [this](store::Operation operation) {
                   metrics.store_retries.Add({{"operation", std::string(operation.name())}}).Increment();
                 },
             .on_done = [this](store::Operation operation,
                               std::chrono::nanoseconds took) { metrics.database_took(operation.index(), took); },
             .on_health =
                 [this](const base::Result<void>& health) {
                   log_health(health);
                 }}),
      service_bus(std::move(given_bus)),
      bus(service_bus->bus()),
      registry(options.checkpoints, store, &bus) {
  metrics.count_database(store::kOperations);  // before the store runs its first operation
  observe(*this);
}

/// The store calls this when the database becomes unavailable or available. The first success is the normal start, so
/// it is not logged.
void Core::log_health(const base::Result<void>& health) {
  if (!health) {
    spdlog::warn("database: {}", health.error().message);
  } else if (database_was_away.load()) {
    spdlog::info("database: it is back");
  }
  database_was_away = !health.has_value();
}

void Core::report_presence(const std::stop_token& stop, versions::Presence::Role role,
                           std::function<std::string()> version) {
  versions::PresenceReport(store, {.role = role, .name = versions::process_name(), .version = std::move(version)})
      .run(stop);
}

}  // namespace sasrec::apps
