#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/service/service_options.hpp"
#include "retraining/schedule.hpp"
#include "versions/registry.hpp"

namespace sasrec::apps {

/// Trains for a service in one process: sees when a training is due or asked for, and has a child process
/// (`sasrec-trainer watch --once`) do it, so that what a training takes of memory goes with its end, and what kills it
/// kills nothing else. The child runs at a lower priority and ends with this process, however that ends.
class TrainingChild {
 public:
  /// The program that `options` name, or the one beside ours. kNotFound: there is none; the message says what to do.
  static base::Result<std::filesystem::path> find_program(const ServiceOptions& options);

  TrainingChild(const ServiceOptions& options, std::filesystem::path program, std::string database,
                retraining::TrainingStore& store, versions::Registry& registry);

  /// Until `stop`; a child that runs then is asked to end, and keeps the epochs that are done.
  void run(const std::stop_token& stop);

 private:
  base::Result<pid_t> start() const;
  /// Its exit code, or minus the signal that ended it.
  static int wait_for(pid_t child, const std::stop_token& stop);

  const std::filesystem::path program_;
  const std::string database_;
  std::vector<std::string> arguments_;
  versions::Registry& registry_;
  retraining::Schedule schedule_;
};

}  // namespace sasrec::apps
