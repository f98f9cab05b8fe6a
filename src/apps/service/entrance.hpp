#pragma once

#include <optional>
#include <string>
#include <utility>

#include "apps/service/service.hpp"
#include "apps/service/service_options.hpp"
#include "base/result.hpp"
#include "http/server/bound_port.hpp"

namespace sasrec::apps {

/// What a service needs of its machine, looked at before anything is started: no database is made, started or changed
/// for a service that could not run. Errors name the setting to change.
class Entrance {
 public:
  /// Takes the port of --listen, or of --monitoring for a role without an API, and looks whether --checkpoints can be
  /// read where the roles need it. Refuses an address beyond loopback if the service's own database was never made,
  /// since that has no API keys.
  static base::Result<Entrance> prepare(const ServiceOptions& options, Roles roles);

  /// Refuses an address beyond loopback if the database has no API keys. Changes nothing there; its tables may be
  /// missing. kUnavailable: it can't be reached.
  base::Result<void> check_keys(const std::string& database) const;

  /// The port, for a server; none if nothing is served.
  std::optional<http::BoundPort> take_port() { return std::exchange(port_, std::nullopt); }

 private:
  explicit Entrance(std::optional<http::BoundPort> port) : port_(std::move(port)) {}

  std::optional<http::BoundPort> port_;
};

}  // namespace sasrec::apps
