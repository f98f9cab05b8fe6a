#pragma once

#include <optional>
#include <string>
#include <utility>

#include "apps/service.hpp"
#include "apps/service_options.hpp"
#include "base/result.hpp"
#include "http/bound_port.hpp"
#include "http/options.hpp"

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

  /// Gives the port to a server.
  void hand_over(http::ServerOptions& server);

 private:
  Entrance(std::string setting, std::string address, http::BoundPort port)
      : setting_(std::move(setting)), address_(std::move(address)), port_(std::move(port)) {}
  Entrance() = default;

  std::string setting_;  // "--listen"; empty: nothing is served
  std::string address_;
  std::optional<http::BoundPort> port_;
};

}  // namespace sasrec::apps
