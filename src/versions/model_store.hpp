#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sasrec::versions {

/// A model version as the table `models` shows it; the files are the truth.
struct ModelRecord {
  std::string version;
  std::string state;     ///< "active", "ready", "rejected", "quarantined"
  std::string manifest;  ///< SHA-256 of manifest.json
  std::string metrics;   ///< a JSON object as text
  std::string reason;
  base::Time created;
};

/// A process that reports to the database that it runs.
struct Presence {
  enum class Role : std::uint8_t { kWorker, kTrainer };
  Role role = Role::kWorker;
  std::string name;
  std::string version;  ///< what a worker serves; empty: none
  base::Time since;     ///< since when it serves that, or runs
};

class ModelStore {
 public:
  ModelStore() = default;
  ModelStore(const ModelStore&) = delete;
  ModelStore& operator=(const ModelStore&) = delete;
  virtual ~ModelStore() = default;

  /// Makes the table say what `models` say, at most one of them active. Versions that are not among them keep their
  /// row, not active.
  virtual base::Result<void> mirror_models(std::span<const ModelRecord> models) = 0;

  /// Replaces what was said before under this role and name.
  virtual base::Result<void> say_present(const Presence& presence) = 0;
  virtual base::Result<void> withdraw(Presence::Role role, std::string_view name) = 0;
  /// Those that have said so within `age`, by name.
  virtual base::Result<std::vector<Presence>> present(Presence::Role role, std::chrono::milliseconds age) = 0;
};

}  // namespace sasrec::versions
