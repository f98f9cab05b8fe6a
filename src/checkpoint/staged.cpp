#include "checkpoint/staged.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <boost/json/serialize.hpp>

#include "base/sha256.hpp"
#include "checkpoint/folder_entries.hpp"
#include "checkpoint/manifest.hpp"
#include "checkpoint/mapped_file.hpp"
#include "checkpoint/strict_json.hpp"
#include "checkpoint/version_name.hpp"

namespace sasrec::checkpoint {
namespace {

/// Gives the finished folder the next version's name.
base::Result<std::string> give_name(FileSystem& files, const std::filesystem::path& root,
                                    const std::filesystem::path& finished, std::chrono::system_clock::time_point now) {
  const auto lock = FolderLock::acquire(root);  // between looking for the highest counter and taking the next
  if (!lock) return base::Failure(lock.error());
  const auto names = version_names(root);
  if (!names) return base::Failure(names.error());
  std::optional<VersionName> newest;
  std::uint32_t highest = 0;
  for (const auto& name : *names) {
    highest = std::max(highest, name.counter);
    if (!newest || name > *newest) newest = name;
  }
  const auto version = next_version(newest, highest, now).text();
  if (auto renamed = files.rename(finished, root / version); !renamed) return base::Failure(renamed.error());
  if (auto synced = files.sync_directory(root); !synced) {
    // Nobody may count on a version that was reported as failed. If even this is refused, a whole version stays, not
    // current.
    (void)files.rename(root / version, finished);
    return base::Failure(synced.error());
  }
  return version;
}

base::Result<void> replace(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
  if (auto removed = files.remove_all(path); !removed) return removed;
  return files.write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace

Staged::Staged(Staged&& other) noexcept
    : files_(other.files_), folder_(std::exchange(other.folder_, {})), claim_(std::move(other.claim_)) {}

Staged::~Staged() {
  // Above all this gives the space back when the disk is full.
  if (!folder_.empty()) (void)files_->remove_all(folder_);
}

base::Result<std::string> Staged::publish(std::chrono::system_clock::time_point now,
                                          const std::optional<boost::json::object>& metrics) {
  auto done = metrics ? replace_metrics(*metrics) : base::Result<void>();
  auto version = done ? give_name(*files_, folder_.parent_path(), folder_, now)
                      : base::Result<std::string>(base::Failure(done.error()));
  if (!version) {
    return base::fail_within("the new version was not saved, and the active version stays as it was", version.error());
  }
  folder_.clear();
  claim_.reset();
  return version;
}

/// The manifest vouches for metrics.json, so it is written again. A crash in between leaves a stage that does not open,
/// and nobody opens it.
base::Result<void> Staged::replace_metrics(const boost::json::object& metrics) {
  const auto text = boost::json::serialize(metrics) + '\n';
  // Boost.JSON also serializes what it cannot read again: NaN, and text that is not UTF-8.
  if (const auto readable = parse_object(text); !readable) {
    return base::fail(base::ErrorCode::kInvalidInput, "{}: {}", kMetricsFile, readable.error().message);
  }
  const auto file = MappedFile::open(folder_ / kManifestFile);
  if (!file) return base::Failure(file.error());
  auto manifest = parse_manifest(file->text());
  if (!manifest) return base::Failure(manifest.error());
  const auto bytes = std::as_bytes(std::span(text));
  manifest->files.insert_or_assign(std::string(kMetricsFile), ListedFile{bytes.size(), base::sha256(bytes)});
  auto done = replace(*files_, folder_ / kMetricsFile, text);
  if (done) done = replace(*files_, folder_ / kManifestFile, write_manifest(*manifest));
  if (done) done = files_->sync_directory(folder_);
  return done;
}

}  // namespace sasrec::checkpoint
