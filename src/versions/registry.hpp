#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/bus.hpp"
#include "checkpoint/directory.hpp"
#include "versions/model_store.hpp"

namespace sasrec::versions {

/// A version as it is on the volume.
struct ModelInfo {
  checkpoint::Entry entry;
  base::Time created;
  boost::json::object metrics;  ///< as stored, not verified; empty if they can't be read
};

/// All versions, newest first.
base::Result<std::vector<ModelInfo>> list_models(const checkpoint::Directory& directory);

/// The version that CURRENT names, if it is among them and may be served.
std::optional<std::string> active_of(const std::vector<ModelInfo>& models);

/// Makes model versions active, announces them on the bus and mirrors them in the database. The volume is the truth: an
/// announcement may be lost, and the database is brought up to date by run(). Thread-safe.
class Registry {
 public:
  /// `bus` may be null: then nothing is announced, and workers find CURRENT themselves within a second.
  Registry(std::filesystem::path checkpoints, ModelStore& store, bus::Bus* bus,
           checkpoint::FileSystem& files = checkpoint::FileSystem::real());

  checkpoint::Directory directory() const { return checkpoint::Directory(root_, files_); }

  /// Verifies the version, makes it current, announces it and updates the database. kNotFound: there is no such
  /// version. kInvalidInput: it is quarantined, or a check has failed, and now it is. A database or bus that is away
  /// does not hold it up.
  base::Result<void> activate(const std::string& version);

  /// The same without the verification, for a version that this process has loaded itself.
  base::Result<void> admit(const std::string& version);

  /// Publishes the version on sasrec.models.
  void announce(const std::string& version);

  /// Writes the versions on the volume to the database, if they have changed since the last call.
  base::Result<void> mirror();
  /// mirror() at once and then every `interval` until `stop`.
  void run(const std::stop_token& stop, std::chrono::milliseconds interval);

  /// Which processes report as present: workers with what they serve, or trainers. Empty if the database is away.
  std::vector<Presence> present(Presence::Role role);

 private:
  void tell(const std::string& version);

  const std::filesystem::path root_;
  ModelStore& store_;
  bus::Bus* const bus_;
  checkpoint::FileSystem& files_;
  std::mutex mirroring_;  // one at a time
  std::string mirrored_;  // the last state that the database took; guarded by mirroring_
};

}  // namespace sasrec::versions
