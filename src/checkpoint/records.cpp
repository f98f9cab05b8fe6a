#include "checkpoint/records.hpp"

#include <algorithm>
#include <string_view>

#include <boost/json/serialize.hpp>

#include "base/sha256.hpp"
#include "checkpoint/manifest.hpp"
#include "checkpoint/mapped_file.hpp"
#include "checkpoint/replace_file.hpp"
#include "checkpoint/strict_json.hpp"
#include "checkpoint/version_name.hpp"

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;
using base::ErrorCode;

std::filesystem::path record_path(const std::filesystem::path& root, RecordKind kind, const std::string& version) {
  return root / (kind == RecordKind::kQuarantine ? "quarantine" : "rejected") / (version + ".json");
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

base::Result<void> write_record(FileSystem& files, const std::filesystem::path& root, RecordKind kind,
                                const std::string& version, const std::string& reason) {
  if (const auto name = VersionName::read(version); !name) return base::Failure(name.error());
  const json::object record{{"manifest", manifest_hash(root / version)}, {"reason", as_json_text(reason)}};
  const auto path = record_path(root, kind, version);
  auto done = files.create_directory(path.parent_path());
  if (done) done = files.sync_directory(root);
  if (done) done = replace_file(files, path, json::serialize(record) + '\n');
  return done;
}

std::optional<std::string> read_record(const std::filesystem::path& root, RecordKind kind, const std::string& version) {
  if (!VersionName::parse(version)) return std::nullopt;
  const auto path = record_path(root, kind, version);
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
  if (std::string_view(hash->get_string()) != manifest_hash(root / version)) return std::nullopt;
  return std::string(reason->get_string());
}

base::Result<void> remove_records(FileSystem& files, const std::filesystem::path& root, const std::string& version) {
  for (const auto kind : {RecordKind::kQuarantine, RecordKind::kRejection}) {
    if (auto done = files.remove_all(record_path(root, kind, version)); !done) return done;
  }
  return {};
}

}  // namespace sasrec::checkpoint
