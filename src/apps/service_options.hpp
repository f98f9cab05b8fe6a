#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sasrec::apps {

/// How the service is run: what settings (apps/settings.hpp) become.
struct ServiceOptions {
  std::string listen = "127.0.0.1:8080";
  std::string monitoring;          ///< like listen, for a role without an API; empty: nowhere
  std::string database;            ///< empty: `up` runs its own
  std::string bus;                 ///< "kafka://…"; empty: within the process
  std::vector<std::string> kafka;  ///< KEY=VALUE for librdkafka
  int partitions = 8;
  std::filesystem::path checkpoints = "checkpoints";
  std::filesystem::path data_dir = "var";
  std::size_t workers = 0;  ///< 0: one per core
  std::size_t io_threads = 1;
  double deadline = 30;  ///< seconds
  std::size_t max_open = 4096;
  std::size_t max_connections = 2048;
  double rate = 0;
  int monitor_window = 3600;  ///< seconds
  std::string log_level = "info";
  std::string log_format = "text";
};

/// What a command needs to know.
enum class Part : unsigned char {
  kHttp,        ///< listen, io-threads, deadline, max-open, max-connections, rate
  kMonitoring,  ///< monitoring
  kDatabase,    ///< database, data-dir
  kBus,         ///< bus, kafka, partitions
  kModels,      ///< checkpoints
  kWork,        ///< workers
  kWindows,     ///< monitor-window
};

/// Adds the options of `parts`, --config and those for logging to `command`; they set `options`, which outlives it.
void add_service_options(CLI::App& command, ServiceOptions& options, const std::vector<Part>& parts);

/// Sends what spdlog gets to standard error, in the wanted form.
void set_up_logging(const ServiceOptions& options);

}  // namespace sasrec::apps
