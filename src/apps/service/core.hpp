#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "apps/service/database.hpp"
#include "apps/service/service_bus.hpp"
#include "apps/service/service_options.hpp"
#include "base/result.hpp"
#include "bus/bus.hpp"
#include "store/postgres_store.hpp"
#include "telemetry/metrics.hpp"
#include "versions/presence_report.hpp"
#include "versions/registry.hpp"

namespace sasrec::apps {

/// How long a stop waits for work in progress; a whole stop takes less than 10 seconds.
inline constexpr std::chrono::milliseconds kDrain{4'000};

/// What all roles of a process share: database, metrics, bus and model versions. It must outlive the roles.
struct Core {
  Core(const ServiceOptions& given, Database given_database, std::unique_ptr<ServiceBus> given_bus);

  /// Reports this process as present with `role` until `stop`. `version`: the model that it serves; may be empty.
  void report_presence(const std::stop_token& stop, versions::Presence::Role role,
                       std::function<std::string()> version);
  void log_health(const base::Result<void>& health);

  const ServiceOptions& options;
  Database database;
  std::atomic<bool> database_was_away = false;
  telemetry::Metrics metrics;
  store::PostgresStore store;
  std::unique_ptr<ServiceBus> service_bus;
  bus::Bus& bus;
  versions::Registry registry;
};

}  // namespace sasrec::apps
