#include "apps/service/training_child.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/child_process.hpp"
#include "base/pause.hpp"
#include "base/said_once.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kNone = "none";
constexpr milliseconds kLook{1'000};
/// Before the next child, after one that failed.
constexpr milliseconds kAfterFailure{5'000};
/// What a stop leaves a child: it ends after the step it is at.
constexpr milliseconds kPatience{4'000};

}  // namespace

base::Result<std::filesystem::path> TrainingChild::find_program(const ServiceOptions& options) {
  if (options.trainer == kNone) return base::fail(ErrorCode::kNotFound, "there is no training: --trainer none");
  std::error_code error;
  auto program = std::filesystem::path(options.trainer);
  if (options.trainer.empty()) {
    program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "sasrec-trainer";
  }
  if (::access(program.c_str(), X_OK) == 0) return std::filesystem::absolute(program);
  return base::fail(ErrorCode::kNotFound,
                    "there is no training: {} is no program (--trainer names one; or run sasrec-trainer watch "
                    "elsewhere, on the same database and checkpoints)",
                    program.string());
}

TrainingChild::TrainingChild(const ServiceOptions& options, std::filesystem::path program, std::string database,
                             retraining::TrainingStore& store, versions::Registry& registry)
    : program_(std::move(program)),
      database_(std::move(database)),
      registry_(registry),
      schedule_(store, options.checkpoints, {.policy = retraining_policy(options)}) {
  arguments_ = {program_.string(), "watch", "--once",
                // The parent announces what the child has made current: it may have a bus within the process.
                "--bus=", "--checkpoints=" + options.checkpoints.string(),
                fmt::format("--retrain-every={}", options.retrain_every),
                fmt::format("--retrain-after={}", options.retrain_after),
                fmt::format("--retrain-min={}", options.retrain_min),
                fmt::format("--gate-tolerance={}", options.gate_tolerance),
                fmt::format("--keep-models={}", options.keep_models), fmt::format("--keep-days={}", options.keep_days),
                "--log-level=" + options.log_level, "--log-format=" + options.log_format};
  for (const auto& setting : options.retrain_set) arguments_.push_back("--retrain-set=" + setting);
}

void TrainingChild::run(const std::stop_token& stop) {
  base::SaidOnce said;
  while (base::pause(stop, kLook)) {
    const auto free = schedule_.tick();
    if (said.hear(free) == base::SaidOnce::News::kTrouble) spdlog::warn("training: {}", free.error().message);
    if (!free || !*free) continue;
    const auto before = registry_.directory().current().value_or("");
    const auto child = start();
    if (!child) {
      spdlog::error("training: {}", child.error().message);
      base::pause(stop, kAfterFailure);
      continue;
    }
    const int code = wait_for(*child, stop);
    const auto after = registry_.directory().current().value_or("");
    if (!after.empty() && after != before) registry_.announce(after);
    if (code != 0 && !stop.stop_requested()) {
      spdlog::warn("training: the trainer ended with {} {}", code < 0 ? "signal" : "exit code",
                   code < 0 ? -code : code);
      base::pause(stop, kAfterFailure);
    }
  }
}

base::Result<pid_t> TrainingChild::start() const {
  // The url may hold a password, and other users can read arguments, so it is passed in the environment.
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("SASREC_DATABASE")) variables.emplace_back(*entry);
  }
  variables.push_back("SASREC_DATABASE=" + database_);
  return base::start(
      {.arguments = arguments_, .environment = std::move(variables), .death_signal = SIGTERM, .background = true});
}

int TrainingChild::wait_for(pid_t child, const std::stop_token& stop) {
  constexpr milliseconds kPoll{100};
  auto give_up = steady_clock::time_point::max();
  for (;;) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) return base::exit_code(status);
    if (stop.stop_requested()) {
      if (give_up == steady_clock::time_point::max()) {
        ::kill(child, SIGTERM);
        give_up = steady_clock::now() + kPatience;
      } else if (steady_clock::now() > give_up) {
        ::kill(child, SIGKILL);
      }
      std::this_thread::sleep_for(kPoll);
    } else {
      base::pause(stop, kPoll);
    }
  }
}

}  // namespace sasrec::apps
