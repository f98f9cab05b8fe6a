#include "apps/service/service_command.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/service/service.hpp"

namespace sasrec::apps {
namespace {

struct Command {
  const char* name;
  const char* help;
  const char* example;
  std::vector<Part> parts;
  Roles roles;
};

/// Whether `text` ends in a port number after the last colon.
std::string listen_problem(const std::string& text) {
  const auto colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  return colon > 0 && digits && std::stoul(port) <= 65'535 ? "" : "an address and a port, like 127.0.0.1:8080";
}

ExitCode run(const ServiceOptions& options, const Command& command) {
  const auto& [name, address] =
      command.roles.api ? std::pair("--listen: ", options.listen) : std::pair("--monitoring: ", options.monitoring);
  if (command.roles.api || !address.empty()) {
    if (const auto problem = listen_problem(address); !problem.empty()) {
      return bad_usage(name + address + " is not " + problem);
    }
  }
  const bool alone = !(command.roles.api && command.roles.worker && command.roles.writer);
  const bool reads_bus = command.roles.api || command.roles.worker || command.roles.writer;
  if (alone && reads_bus && options.bus.empty())
    return bad_usage("--bus is required: one role alone needs a Kafka to the others");
  if (alone && options.database.empty()) return bad_usage("--database is required: the roles share one");
  return run_service(options, command.roles);
}

}  // namespace

void add_service_commands(CLI::App& program, ExitCode& result) {
  const std::vector<Command> commands{
      {"up",
       "Run the whole service in one process",
       "  sasrec up\n"
       "  sasrec up --bus kafka://broker:9092 --database postgres://sasrec@db/sasrec",
       {Part::kHttp, Part::kModels, Part::kDatabase, Part::kBus, Part::kMaps, Part::kWork, Part::kRetraining,
        Part::kTrainer, Part::kWindows},
       {.api = true, .worker = true, .writer = true, .trainer = true, .monitor = true}},
      {"api",
       "Run the HTTP API alone",
       "  sasrec api --bus kafka://broker:9092 --database postgres://sasrec@db/sasrec",
       {Part::kHttp, Part::kModels, Part::kDatabase, Part::kBus},
       {.api = true}},
      {"worker",
       "Run a worker alone: it computes what the bus brings",
       "  sasrec worker --bus kafka://broker:9092 --database postgres://sasrec@db/sasrec",
       {Part::kMonitoring, Part::kModels, Part::kDatabase, Part::kBus, Part::kWork},
       {.worker = true}},
      {"writer",
       "Run a writer alone: it puts results into the database and sees to what is late",
       "  sasrec writer --bus kafka://broker:9092 --database postgres://sasrec@db/sasrec",
       {Part::kMonitoring, Part::kDatabase, Part::kBus, Part::kMaps},
       {.writer = true}},
      {"monitor",
       "Measure drift and online quality alone",
       "  sasrec monitor --database postgres://sasrec@db/sasrec --monitoring 127.0.0.1:9100",
       {Part::kMonitoring, Part::kModels, Part::kDatabase, Part::kWindows},
       {.monitor = true}},
  };
  for (const auto& entry : commands) {
    auto* const command = program.add_subcommand(entry.name, entry.help);
    const auto options = std::make_shared<ServiceOptions>();  // shared by the callbacks that CLI11 copies
    add_service_options(*command, *options, entry.parts);
    command->footer("Every option is a setting too: in sasrec.toml, and as SASREC_… in the environment.\nExample:\n" +
                    std::string(entry.example));
    command->callback([options, entry, &result] { result = run(*options, entry); });
  }
}

}  // namespace sasrec::apps
