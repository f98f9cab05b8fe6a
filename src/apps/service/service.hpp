#pragma once

#include <stop_token>

#include "apps/command_line.hpp"
#include "apps/service/service_options.hpp"

namespace sasrec::apps {

/// Which roles a process takes on. `up` is all of them.
struct Roles {
  bool api = false;
  bool worker = false;
  bool writer = false;   ///< with the sweeper
  bool trainer = false;  ///< trainings in a child process, where there is a trainer
  bool monitor = false;  ///< drift and online quality
};

/// Runs the roles until SIGTERM or SIGINT, then stops in order: no new requests, open ones answered, results written,
/// offsets committed; within 10 seconds. Waits for what isn't there yet: the database, Kafka, a model. kFailed: it
/// can't start; the reason is printed. Call it on the main thread, before any other is started.
ExitCode run_service(const ServiceOptions& options, Roles roles);

}  // namespace sasrec::apps
