#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/config.hpp"
#include "checkpoint/file_system.hpp"
#include "checkpoint/staged.hpp"

namespace sasrec::checkpoint {

/// Everything that makes a new version. Tensors must be those of tensor_specs(config), finite.
struct Draft {
  ModelConfig config;
  boost::json::object training;  ///< becomes config.json's "training": settings, data, seed
  std::vector<std::string> vocabulary;
  std::vector<Tensor> tensors;
  boost::json::object metrics;
  boost::json::object reference;
  std::vector<GoldenAnswer> golden;
};

enum class State {
  kActive,       ///< named by CURRENT
  kReady,        ///< may be activated
  kRejected,     ///< not good enough for the quality gate; whole, may be activated by hand
  kQuarantined,  ///< must not be served
};
std::string_view to_string(State state);  ///< "active", "ready", "rejected", "quarantined"

struct Entry {
  std::string version;
  State state = State::kReady;
  std::string reason;  ///< of the quarantine or rejection
};

/// The checkpoints folder: versions side by side and CURRENT, the name of the active one. Several processes may use it
/// at once.
class Directory {
 public:
  explicit Directory(std::filesystem::path root, FileSystem& files = FileSystem::real());

  const std::filesystem::path& root() const { return root_; }

  /// Writes a new version into tmp-<uuid>/, with an fsync of each file and the folder, without a name as yet: see
  /// Staged::publish(). On failure nothing but a tmp-… folder may stay behind; the next save removes it once it is an
  /// hour old and its process has ended.
  base::Result<Staged> stage(const Draft& draft, std::chrono::system_clock::time_point now);

  /// Stages a new version and publishes it by a rename. Returns its name: UTC time, then a counter one higher than the
  /// highest there ("20261122T153000Z-000007"). CURRENT stays as it is: see activate().
  base::Result<std::string> save(const Draft& draft, std::chrono::system_clock::time_point now);

  /// Makes `version` current by an atomic replacement of CURRENT. kNotFound if there is no such version, kCorrupt if it
  /// is quarantined. The caller verifies it first (recommend::Model::load).
  base::Result<void> activate(const std::string& version);

  /// The version named by CURRENT. kNotFound: there is none yet. kCorrupt: CURRENT holds something else than a
  /// version's name.
  base::Result<std::string> current() const;

  /// All versions, newest first. The active one is never listed as rejected.
  base::Result<std::vector<Entry>> list() const;

  /// Records that `version` must not be served, and why, by the hash of its manifest: a quarantine ends by itself when
  /// the version's files are replaced. Written beside the version (quarantine/<version>.json), never into it.
  base::Result<void> quarantine(const std::string& version, const std::string& reason);

  /// The reason, if `version` is quarantined with its present contents.
  std::optional<std::string> quarantine_reason(const std::string& version) const;

  /// Records that the quality gate did not let `version` pass, and why: rejected/<version>.json, as a quarantine.
  base::Result<void> reject(const std::string& version, const std::string& reason);
  std::optional<std::string> rejection_reason(const std::string& version) const;

  /// Removes a version with all that is recorded of it; readers see it whole or not at all. kInvalidInput if it is the
  /// active one, kNotFound if it isn't there.
  base::Result<void> remove(const std::string& version);

 private:
  std::filesystem::path root_;
  FileSystem* files_;
};

/// Whether `text` is a version's name, e.g. "20261122T153000Z-000007". Anything else ("..", "a/b") is none.
bool is_version(std::string_view text);

/// When a version was made, by its name; the beginning of 1970 if it is none.
base::Time created_at(std::string_view version);

/// `path` is a version's folder, or a checkpoints folder whose CURRENT is meant: the version's folder.
/// kNotFound says what was looked for.
base::Result<std::filesystem::path> resolve(const std::filesystem::path& path);

}  // namespace sasrec::checkpoint
