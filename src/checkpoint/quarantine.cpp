// Directory's quarantine: quarantine/<version>.json holds {"manifest": SHA-256 of the version's manifest.json,
// "reason": text}.

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "base/sha256.hpp"
#include "checkpoint/directory.hpp"
#include "checkpoint/manifest.hpp"
#include "checkpoint/mapped_file.hpp"
#include "checkpoint/replace_file.hpp"
#include "checkpoint/strict_json.hpp"

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

constexpr std::string_view kQuarantineFolder = "quarantine";

std::filesystem::path record_path(const std::filesystem::path& root, const std::string& version) {
  return root / kQuarantineFolder / (version + ".json");
}

/// Empty if there is no manifest to be read: so two unreadable states count as the same contents.
std::string manifest_hash(const std::filesystem::path& version_folder) {
  const auto manifest = MappedFile::open(version_folder / kManifestFile);
  return manifest ? base::sha256(manifest->bytes()) : std::string();
}

/// `text`, or if JSON cannot hold it (ids in messages may have any encoding), `text` with question marks for what is
/// not ASCII.
std::string as_json_text(std::string text) {
  if (parse_object(json::serialize(json::object{{"text", text}}))) return text;
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) > 127; }, '?');
  return text;
}

}  // namespace

base::Result<void> Directory::quarantine(const std::string& version, const std::string& reason) {
  if (!is_version(version)) return fail(ErrorCode::kNotFound, "\"{}\" is no version's name", version);
  const json::object record{{"manifest", manifest_hash(root_ / version)}, {"reason", as_json_text(reason)}};
  const auto path = record_path(root_, version);
  auto done = files_->create_directory(path.parent_path());
  if (done) done = files_->sync_directory(root_);
  if (done) done = replace_file(*files_, path, json::serialize(record) + '\n');
  if (!done) return base::fail_within("the quarantine of " + version + " could not be recorded", done.error());
  return {};
}

std::optional<std::string> Directory::quarantine_reason(const std::string& version) const {
  if (!is_version(version)) return std::nullopt;
  const auto path = record_path(root_, version);
  const auto file = MappedFile::open(path);
  if (!file && file.error().code == ErrorCode::kNotFound) return std::nullopt;
  // A record that cannot be read still says that somebody did not want this version served.
  const std::string unreadable = "quarantined; its record " + path.string() + " cannot be read";
  if (!file) return unreadable;
  const auto record = parse_object(file->text());
  if (!record) return unreadable;
  const auto* hash = record->if_contains("manifest");
  const auto* reason = record->if_contains("reason");
  if (hash == nullptr || !hash->is_string() || reason == nullptr || !reason->is_string()) return unreadable;
  if (std::string_view(hash->get_string()) != manifest_hash(root_ / version)) return std::nullopt;
  return std::string(reason->get_string());
}

}  // namespace sasrec::checkpoint
