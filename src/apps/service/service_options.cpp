#include "apps/service/service_options.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "apps/service/settings.hpp"
#include "base/json_text.hpp"
#include "base/time.hpp"

namespace sasrec::apps {
namespace {

std::string help_of(std::string_view name) {
  const auto settings = all_settings();
  return std::string(std::ranges::find(settings, name, &Setting::name)->help);
}

/// An option for a setting: file and environment come first among the arguments, the last one counts.
template <class T>
CLI::Option* add(CLI::App& command, const std::string& name, T& value) {
  return command.add_option("--" + name, value, help_of(name))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->capture_default_str();
}

/// An option that may be given several times, with one value each: all count.
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& values) {
  return command.add_option("--" + name, values, help_of(name))->take_all()->allow_extra_args(false);
}

/// Read before the command line is parsed (with_settings); here for --help and so that it is no unknown option.
void add_config_option(CLI::App& command) {
  command.add_option("--config", "A file with settings, in TOML (default: sasrec.toml if it is there)")
      ->type_name("FILE");
}

/// A line of JSON for each message.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto time = std::chrono::time_point_cast<std::chrono::microseconds>(message.time);
    auto line = fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"message\":", base::format_time(time),
                            std::string_view(spdlog::level::to_string_view(message.level).data()));
    base::append_json_string(line, {message.payload.data(), message.payload.size()});
    line += "}\n";
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

}  // namespace

void add_service_options(CLI::App& command, ServiceOptions& options, const std::vector<Part>& parts) {
  add_config_option(command);
  for (const auto part : parts) {
    switch (part) {
      case Part::kHttp:
        add(command, "listen", options.listen)->type_name("ADDRESS:PORT");
        add(command, "io-threads", options.io_threads)->check(CLI::Range(1, 64));
        add(command, "deadline", options.deadline)->check(CLI::Range(0.1, 3600.0))->type_name("SECONDS");
        add(command, "max-open", options.max_open)->check(CLI::Range(1, 10'000'000));
        add(command, "max-connections", options.max_connections)->check(CLI::Range(1, 1'000'000));
        add(command, "rate", options.rate)->check(CLI::NonNegativeNumber);
        add(command, "cors-origins", options.cors_origins)->type_name("ORIGIN,…");
        break;
      case Part::kMaps:
        add_list(command, "interactions-map", options.interactions_map)->type_name("NAME=POINTER");
        add_list(command, "items-map", options.items_map)->type_name("NAME=POINTER");
        break;
      case Part::kMonitoring:
        add(command, "monitoring", options.monitoring)->type_name("ADDRESS:PORT");
        break;
      case Part::kDatabase:
        add(command, "database", options.database)->type_name("URL");
        add(command, "data-dir", options.data_dir)->type_name("DIR");
        break;
      case Part::kBus:
        add(command, "bus", options.bus)->type_name("URL");
        add_list(command, "kafka", options.kafka)->type_name("KEY=VALUE");
        add(command, "partitions", options.partitions)->check(CLI::Range(1, 1000));
        break;
      case Part::kModels:
        add(command, "checkpoints", options.checkpoints)->type_name("DIR");
        break;
      case Part::kWindows:
        add(command, "monitor-window", options.monitor_window)->check(CLI::Range(1, 86'400))->type_name("SECONDS");
        break;
      case Part::kWork:
        add(command, "workers", options.workers)->check(CLI::Range(0, 1024));
        break;
      case Part::kRetraining:
        add(command, "retrain-every", options.retrain_every)->check(CLI::NonNegativeNumber)->type_name("HOURS");
        add(command, "retrain-after", options.retrain_after)->check(CLI::Range(0, 1'000'000'000));
        add(command, "retrain-min", options.retrain_min)->check(CLI::Range(1, 1'000'000'000));
        add_list(command, "retrain-set", options.retrain_set)->type_name("NAME=VALUE");
        add(command, "gate-tolerance", options.gate_tolerance)->check(CLI::Range(0.0, 1.0))->type_name("SHARE");
        add(command, "keep-models", options.keep_models)->check(CLI::Range(1, 100'000));
        add(command, "keep-days", options.keep_days)->check(CLI::Range(1, 100'000));
        break;
      case Part::kTrainer:
        add(command, "trainer", options.trainer)->type_name("PROGRAM");
        break;
    }
  }
  add(command, "log-level", options.log_level)->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  add(command, "log-format", options.log_format)->check(CLI::IsMember({"text", "json"}));
}

void add_checkpoints_option(CLI::App& command, std::filesystem::path& folder, const std::string& help,
                            const std::string& synonyms) {
  add_config_option(command);
  command.add_option("--checkpoints" + (synonyms.empty() ? "" : "," + synonyms), folder, help)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->capture_default_str()
      ->type_name("DIR");
}

void print_checkpoints(const std::filesystem::path& folder) {
  fmt::print(stderr, "checkpoints: {}\n", folder.string());
}

base::Error with_checkpoints_hint(base::Error error) {
  if (error.code == base::ErrorCode::kNotFound) {
    error.message += " (--checkpoints names the folder of model versions, sasrec-trainer train writes one)";
  }
  return error;
}

base::Result<std::vector<std::string>> arguments_with_settings(const CLI::App& program, int argc,
                                                               const char* const* argv) {
  const std::span given(argv, static_cast<std::size_t>(argc));
  // The innermost command that takes settings: `sasrec model list` does, not `sasrec model`.
  const CLI::App* command = nullptr;
  std::size_t words = 0;
  const CLI::App* inner = &program;
  for (std::size_t n = 1; n < given.size(); ++n) {
    const auto named = inner->get_subcommands([&](const CLI::App* one) { return one->check_name(given[n]); });
    if (named.empty()) break;
    inner = named.front();
    if (inner->get_option_no_throw("--config") == nullptr) continue;
    command = inner;
    words = n + 1;
  }
  if (command == nullptr) return std::vector<std::string>(given.begin(), given.end());
  std::vector<std::string> names;
  for (const auto& setting : all_settings()) {
    if (command->get_option_no_throw("--" + std::string(setting.name)) != nullptr) names.emplace_back(setting.name);
  }
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  return with_settings(given, names, {environ, count}, words);
}

std::filesystem::path own_database(const ServiceOptions& options) {
  return options.data_dir / "postgres";
}

retraining::RetrainingPolicy retraining_policy(const ServiceOptions& options) {
  constexpr double kSecondsPerHour = 3600;
  // Something above zero never becomes "not by time".
  const auto every = std::ceil(options.retrain_every * kSecondsPerHour);
  return {.every = std::chrono::seconds(static_cast<std::int64_t>(every)),
          .after = options.retrain_after,
          .min_interactions = options.retrain_min};
}

void set_up_logging(const ServiceOptions& options) {
  auto logger = std::make_shared<spdlog::logger>("sasrec", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_level(spdlog::level::from_str(options.log_level));
  logger->flush_on(spdlog::level::trace);
  if (options.log_format == "json") {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
  }
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace sasrec::apps
