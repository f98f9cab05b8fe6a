#include "apps/service/entrance.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/queries/keys.hpp"

namespace sasrec::apps {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;

/// Whether the folder of checkpoints can be read, or made if it does not exist yet.
Result<void> check_checkpoints(const fs::path& folder) {
  std::error_code error;
  fs::path existing = fs::absolute(folder, error).lexically_normal();
  while (!fs::exists(existing, error) && existing != existing.root_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing, error)) {
    return base::fail(ErrorCode::kInvalidInput, "--checkpoints {}: {} is not a folder", folder.string(),
                      existing.string());
  }
  if (::access(existing.c_str(), R_OK | X_OK) != 0) {
    return base::fail(ErrorCode::kIo, "--checkpoints {}: {} can't be read: {}", folder.string(), existing.string(),
                      std::generic_category().message(errno));
  }
  return {};
}

}  // namespace

Result<Entrance> Entrance::prepare(const ServiceOptions& options, Roles roles) {
  if (roles.api || roles.worker || roles.trainer || roles.monitor) {
    if (const auto checked = check_checkpoints(options.checkpoints); !checked) return base::Failure(checked.error());
    spdlog::info("checkpoints: {}", options.checkpoints.string());
  }
  const std::string setting = roles.api ? "--listen" : "--monitoring";
  const std::string& wanted = roles.api ? options.listen : options.monitoring;
  if (wanted.empty()) return Entrance(std::nullopt);
  const auto colon = wanted.rfind(':');
  auto port = http::BoundPort::take(setting, wanted.substr(0, colon),
                                    static_cast<std::uint16_t>(std::stoul(wanted.substr(colon + 1))));
  if (!port) return base::Failure(port.error());
  std::error_code error;
  const bool never_made = options.database.empty() && !fs::exists(own_database(options) / "data", error);
  if (never_made && !port->is_loopback()) return base::Failure(port->open_to_all());
  return Entrance(std::move(*port));
}

Result<void> Entrance::check_keys(const std::string& database) const {
  if (!port_ || port_->is_loopback()) return {};
  const auto keys = store::has_keys(database);
  if (!keys) return base::Failure(keys.error());
  if (!*keys) return base::Failure(port_->open_to_all());
  return {};
}

}  // namespace sasrec::apps
