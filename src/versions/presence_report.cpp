#include "versions/presence_report.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/pause.hpp"

namespace sasrec::versions {

PresenceReport::PresenceReport(ModelStore& store, Options options) : store_(store), options_(std::move(options)) {}

void PresenceReport::run(const std::stop_token& stop) {
  Presence presence{.role = options_.role, .name = options_.name, .version = {}, .since = options_.clock()};
  auto due = std::chrono::steady_clock::now();
  do {
    auto version = options_.version ? options_.version() : std::string();
    const auto now = std::chrono::steady_clock::now();
    if (version != presence.version) {
      presence.version = std::move(version);
      presence.since = options_.clock();
    } else if (now < due) {
      continue;
    }
    due = now + options_.interval;
    if (const auto said = store_.say_present(presence); !said) {
      spdlog::debug("presence: {}", said.error().message);
      due = now;  // as soon as it is back
    }
  } while (base::pause(stop, options_.look));
  if (const auto gone = store_.withdraw(presence.role, presence.name); !gone) {
    spdlog::debug("presence: {}", gone.error().message);
  }
}

std::string process_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("{}:{}", host.data(), ::getpid());
}

}  // namespace sasrec::versions
