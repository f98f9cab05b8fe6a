#pragma once

#include <compare>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/config.hpp"

namespace sasrec::checkpoint {

/// An item and its score, as the trainer's own forward pass ranked it.
struct GoldenItem {
  std::string item;
  float score = 0;
};

/// A history and its top k over the whole catalogue, the history's own items excluded. Every loader must reproduce it.
struct GoldenAnswer {
  std::vector<std::string> history;
  std::vector<GoldenItem> top;
};

/// A tensor to be written or as read. fp32, row-major.
struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> values;  ///< not owned
};

/// What manifest.json says. `hash` is the SHA-256 of manifest.json itself: the identity of the version's contents.
struct Manifest {
  int format = 1;
  std::string hash;
  std::vector<GoldenAnswer> golden;
};

/// One model version, opened from disk and verified: hashes, sizes, bounds, shapes against the config, finite weights,
/// vocabulary size. (Golden answers need the engine: recommend::Model::load checks those.) The weights stay mapped
/// while this object lives. Immutable; thread-safe to read.
class Checkpoint {
 public:
  /// `folder` is one version's folder. kNotFound: no such folder. kCorrupt: it fails a check; the message names the
  /// file and the check. kIo: it cannot be read. Cost: one pass over all bytes (SHA-256 and finite check).
  static base::Result<Checkpoint> open(const std::filesystem::path& folder);

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  const std::string& version() const;  ///< the folder's name
  const ModelConfig& config() const;
  const base::Vocabulary& vocabulary() const;
  base::Vocabulary take_vocabulary() &&;  ///< moves it out, for a model that lives on without the files
  /// `name` as in tensor_specs(config()); asking for another is a bug.
  std::span<const float> tensor(std::string_view name) const;
  const Manifest& manifest() const;
  const boost::json::object& metrics() const;    ///< metrics.json
  const boost::json::object& reference() const;  ///< reference.json
  const boost::json::object& settings() const;   ///< config.json, whole

 private:
  struct Contents;
  explicit Checkpoint(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

}  // namespace sasrec::checkpoint
