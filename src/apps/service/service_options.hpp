#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "retraining/schedule.hpp"

namespace CLI {
class App;
}

namespace sasrec::apps {

/// Where every command of both programs keeps its data by default: in the folder it is started in.
constexpr const char* kDefaultDataFolder = "var";
constexpr const char* kDefaultCheckpoints = "var/checkpoints";

/// How the service is run: what settings (apps/settings.hpp) become.
struct ServiceOptions {
  std::string listen = "127.0.0.1:8080";
  std::string monitoring;          ///< like listen, for a role without an API; empty: nowhere
  std::string database;            ///< empty: `up` runs its own
  std::string bus;                 ///< "kafka://…"; empty: within the process
  std::vector<std::string> kafka;  ///< KEY=VALUE for librdkafka
  int partitions = 8;
  std::filesystem::path checkpoints = kDefaultCheckpoints;
  std::filesystem::path data_dir = kDefaultDataFolder;
  std::size_t workers = 0;  ///< 0: one per core
  std::size_t io_threads = 1;
  double deadline = 30;  ///< seconds
  std::size_t max_open = 4096;
  std::size_t max_connections = 2048;
  double rate = 0;
  std::string cors_origins;                   ///< with commas between them; empty: none
  std::vector<std::string> interactions_map;  ///< NAME=POINTER, see bus::RecordMap
  std::vector<std::string> items_map;
  double retrain_every = 24;             ///< hours; 0: not by time
  std::size_t retrain_after = 50'000;    ///< new interactions; 0: not by their number
  std::size_t retrain_min = 1'000;       ///< interactions
  std::vector<std::string> retrain_set;  ///< NAME=VALUE, over the recipe
  double gate_tolerance = 0.02;
  std::size_t keep_models = 10;
  std::size_t keep_days = 90;
  std::string trainer;        ///< path of sasrec-trainer; empty: beside this program; "none": no training
  int monitor_window = 3600;  ///< seconds
  std::string log_level = "info";
  std::string log_format = "text";
};

/// The folder of the service's own PostgreSQL, which is used where no database is configured.
std::filesystem::path own_database(const ServiceOptions& options);

/// What a command needs to know.
enum class Part : unsigned char {
  kHttp,        ///< listen, io-threads, deadline, max-open, max-connections, rate, cors-origins
  kMaps,        ///< interactions-map, items-map
  kMonitoring,  ///< monitoring
  kDatabase,    ///< database, data-dir
  kBus,         ///< bus, kafka, partitions
  kModels,      ///< checkpoints
  kWork,        ///< workers
  kRetraining,  ///< retrain-every, retrain-after, retrain-min, retrain-set, gate-tolerance, keep-models, keep-days
  kTrainer,     ///< trainer
  kWindows,     ///< monitor-window
};

/// Adds the options of `parts`, --config and those for logging to `command`; they set `options`, which outlives it.
void add_service_options(CLI::App& command, ServiceOptions& options, const std::vector<Part>& parts);

/// Adds --checkpoints, with `synonyms` such as "--out" beside it, and --config to a command that needs no other
/// setting. The option sets `folder`, which outlives `command`.
void add_checkpoints_option(CLI::App& command, std::filesystem::path& folder, const std::string& help,
                            const std::string& synonyms = "");

/// Prints to standard error which folder of checkpoints a command uses.
void print_checkpoints(const std::filesystem::path& folder);

/// `error` of looking for a version, with what helps if there is none.
base::Error with_checkpoints_hint(base::Error error);

/// `argc`, `argv` with the settings of file and environment put in, if the command that is asked for takes any.
base::Result<std::vector<std::string>> arguments_with_settings(const CLI::App& program, int argc,
                                                               const char* const* argv);

/// When the service trains by itself.
retraining::RetrainingPolicy retraining_policy(const ServiceOptions& options);

/// Sends what spdlog gets to standard error, in the wanted form.
void set_up_logging(const ServiceOptions& options);

}  // namespace sasrec::apps
