#include "checkpoint/directory.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/uuid.hpp"
#include "checkpoint/draft_files.hpp"
#include "checkpoint/file_descriptor.hpp"
#include "checkpoint/folder_entries.hpp"
#include "checkpoint/folder_lock.hpp"
#include "checkpoint/manifest.hpp"
#include "checkpoint/mapped_file.hpp"
#include "checkpoint/records.hpp"
#include "checkpoint/replace_file.hpp"
#include "checkpoint/version_name.hpp"

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view kCurrentFile = "CURRENT";
constexpr std::string_view kTemporaryFolder = "tmp-";
constexpr std::string_view kTemporaryCurrent = "CURRENT.tmp-";
constexpr std::chrono::hours kLeftoverAge{1};

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

base::Failure no_version(const std::filesystem::path& root, const std::string& version) {
  return fail(ErrorCode::kNotFound, "there is no version \"{}\" in {}", version, root.string());
}

/// What saves that were killed left behind. A failure to tidy up keeps no new version from being saved.
void remove_leftovers(FileSystem& files, const std::filesystem::path& root, std::chrono::system_clock::time_point now) {
  const auto paths = entries(root);
  if (!paths) return;
  for (const auto& path : *paths) {
    const auto name = path.filename().string();
    if (!name.starts_with(kTemporaryFolder) && !name.starts_with(kTemporaryCurrent)) continue;
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(path, error);
    if (error || now - std::chrono::file_clock::to_sys(changed) <= kLeftoverAge) continue;
    // Judging a staged version may take longer than that: its process still has the claim.
    if (is_folder(path)) {
      if (const auto claim = FolderLock::claim(path); !claim && claim.error().code == ErrorCode::kUnavailable) continue;
    }
    (void)files.remove_all(path);
  }
}

/// Creates the checkpoints folder so that it survives a power cut.
base::Result<void> create_root(FileSystem& files, const std::filesystem::path& root) {
  if (is_there(root)) return {};
  if (auto created = files.create_directory(root); !created) return created;
  return files.sync_directory(std::filesystem::absolute(root).lexically_normal().parent_path());
}

base::Result<void> write_folder(FileSystem& files, const std::filesystem::path& folder,
                                const std::vector<DraftFile>& contents) {
  if (auto created = files.create_directory(folder); !created) return created;
  for (const auto& file : contents) {
    if (auto written = files.write_file(folder / file.name, file.bytes); !written) return written;
  }
  return files.sync_directory(folder);
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::kActive:
      return "active";
    case State::kReady:
      return "ready";
    case State::kRejected:
      return "rejected";
    case State::kQuarantined:
      return "quarantined";
  }
  return "quarantined";
}

Directory::Directory(std::filesystem::path root, FileSystem& files) : root_(std::move(root)), files_(&files) {}

base::Result<Staged> Directory::stage(const Draft& draft, std::chrono::system_clock::time_point now) {
  const auto contents = render(draft);
  if (!contents) return base::fail_within("this model cannot be saved", contents.error());
  auto done = create_root(*files_, root_);
  Staged staged(*files_, root_ / (std::string(kTemporaryFolder) + base::Uuid::make().text()));
  if (done) {
    remove_leftovers(*files_, root_, now);
    done = write_folder(*files_, staged.folder(), *contents);
  }
  if (!done)
    return base::fail_within("the new version was not saved, and the active version stays as it was", done.error());
  // A file system without locks has only the age of a leftover to go by.
  if (auto claim = FolderLock::claim(staged.folder())) staged.claim_.emplace(std::move(*claim));
  return staged;
}

base::Result<std::string> Directory::save(const Draft& draft, std::chrono::system_clock::time_point now) {
  auto staged = stage(draft, now);
  if (!staged) return base::Failure(staged.error());
  return staged->publish(now);
}

base::Result<void> Directory::activate(const std::string& version) {
  if (!is_version(version) || !is_there(root_)) return no_version(root_, version);
  const auto lock = FolderLock::acquire(root_);  // nobody removes it meanwhile
  if (!lock) return base::Failure(lock.error());
  if (!is_folder(root_ / version)) return no_version(root_, version);
  if (const auto reason = quarantine_reason(version)) {
    return fail(ErrorCode::kCorrupt, "version {} is quarantined: {}", version, *reason);
  }
  if (auto replaced = replace_file(*files_, root_ / kCurrentFile, version + '\n'); !replaced) {
    return base::fail_within(fmt::format("version {} could not be made current", version), replaced.error());
  }
  return {};
}

base::Result<void> Directory::remove(const std::string& version) {
  if (!is_version(version) || !is_there(root_)) return no_version(root_, version);
  const auto removed = root_ / (std::string(kTemporaryFolder) + base::Uuid::make().text());
  {
    const auto lock = FolderLock::acquire(root_);  // nobody activates it meanwhile
    if (!lock) return base::Failure(lock.error());
    if (const auto active = current(); active && *active == version) {
      return fail(ErrorCode::kInvalidInput, "version {} is the active one and is not removed", version);
    }
    if (!is_folder(root_ / version)) return no_version(root_, version);
    if (auto renamed = files_->rename(root_ / version, removed); !renamed) return renamed;
  }
  if (auto done = remove_records(*files_, root_, version); !done) return done;
  return files_->remove_all(removed);
}

base::Result<std::string> Directory::current() const {
  const auto path = root_ / kCurrentFile;
  const auto file = MappedFile::open(path);
  if (!file && file.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "no version is active in {}: there is no {}", root_.string(), path.string());
  }
  if (!file) return base::Failure(file.error());
  auto text = file->text();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (!is_version(text)) return fail(ErrorCode::kCorrupt, "{} does not hold a version's name", path.string());
  return std::string(text);
}

base::Result<std::vector<Entry>> Directory::list() const {
  const auto names = version_names(root_);
  if (!names) return base::Failure(names.error());
  const auto active = current();
  std::vector<Entry> entries;
  for (const auto& name : *names) {
    Entry entry{name.text(), State::kReady, {}};
    if (auto reason = quarantine_reason(entry.version)) {
      entry.state = State::kQuarantined;
      entry.reason = std::move(*reason);
    } else if (active && *active == entry.version) {
      entry.state = State::kActive;
    } else if (auto rejected = rejection_reason(entry.version)) {
      entry.state = State::kRejected;
      entry.reason = std::move(*rejected);
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

base::Result<void> Directory::quarantine(const std::string& version, const std::string& reason) {
  const auto done = write_record(*files_, root_, RecordKind::kQuarantine, version, reason);
  if (!done) return base::fail_within("the quarantine of " + version + " could not be recorded", done.error());
  return {};
}

std::optional<std::string> Directory::quarantine_reason(const std::string& version) const {
  return read_record(root_, RecordKind::kQuarantine, version);
}

base::Result<void> Directory::reject(const std::string& version, const std::string& reason) {
  const auto done = write_record(*files_, root_, RecordKind::kRejection, version, reason);
  if (!done) return base::fail_within("the rejection of " + version + " could not be recorded", done.error());
  return {};
}

std::optional<std::string> Directory::rejection_reason(const std::string& version) const {
  return read_record(root_, RecordKind::kRejection, version);
}

bool is_version(std::string_view text) {
  return VersionName::parse(text).has_value();
}

base::Time created_at(std::string_view version) {
  const auto name = VersionName::parse(version);
  return name ? name->created() : base::Time{};
}

base::Result<std::filesystem::path> resolve(const std::filesystem::path& path) {
  if (is_there(path / kCurrentFile)) {
    const auto version = Directory(path).current();
    if (!version) return base::Failure(version.error());
    if (!is_folder(path / *version)) {
      return fail(ErrorCode::kNotFound, "{} names version {}, but there is no such folder beside it",
                  (path / kCurrentFile).string(), *version);
    }
    return path / *version;
  }
  // A version that lost its manifest is still meant by its name; opening it says what is wrong.
  if (is_there(path / kManifestFile) || is_there(path / kModelFile)) return path;
  if (!is_there(path)) return fail(ErrorCode::kNotFound, "there is no folder {}", path.string());
  if (is_version(path.filename().string())) return path;
  return fail(ErrorCode::kNotFound,
              "{} is neither a version's folder (no {}) nor a checkpoints folder with an active version (no {})",
              path.string(), kManifestFile, kCurrentFile);
}

}  // namespace sasrec::checkpoint
