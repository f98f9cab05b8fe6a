#include "checkpoint/checkpoint.hpp"

#include <cassert>
#include <cstdint>
#include <map>
#include <utility>

#include "base/sha256.hpp"
#include "checkpoint/file_descriptor.hpp"
#include "checkpoint/manifest.hpp"
#include "checkpoint/mapped_file.hpp"
#include "checkpoint/safetensors.hpp"
#include "checkpoint/strict_json.hpp"
#include "checkpoint/verify.hpp"

namespace sasrec::checkpoint {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

struct Checkpoint::Contents {
  std::string version;
  std::map<std::string, MappedFile, std::less<>> files;
  json::object settings;
  json::object metrics;
  json::object reference;
  ModelConfig config;
  base::Vocabulary vocabulary;
  std::map<std::string, Tensor, std::less<>> tensors;
  Manifest manifest;

  base::Result<void> read_files(const std::filesystem::path& path);
  base::Result<void> read_settings();
  base::Result<void> read_vocabulary();
  base::Result<void> read_tensors();
  base::Result<void> read_golden();

  const MappedFile& file(std::string_view name) const { return files.find(name)->second; }
  std::vector<GoldenLines> golden_lines;  // until read_golden() has the vocabulary
};

namespace {

/// Far above any manifest of ours; nothing vouches for this file's size.
constexpr std::size_t kMaxManifestBytes = std::size_t{16} << 20U;

/// What is wrong in `file` is a corrupt checkpoint, whatever the check itself calls it.
base::Failure corrupt(std::string_view file, const base::Error& error) {
  return fail(ErrorCode::kCorrupt, "{}: {}", file, error.message);
}

base::Result<MappedFile> map(const FileDescriptor& folder, const std::filesystem::path& path, std::string_view name) {
  auto file = MappedFile::open(folder, path, std::string(name));
  // The folder is there; a file that isn't makes it a corrupt one.
  if (!file && file.error().code == ErrorCode::kNotFound) return fail(ErrorCode::kCorrupt, "{}", file.error().message);
  return file;
}

base::Result<void> check_listed(std::string_view name, const ListedFile& listed, std::span<const std::byte> bytes) {
  if (bytes.size() != listed.size) {
    return fail(ErrorCode::kCorrupt, "{}: has {} bytes, the manifest says {}", name, bytes.size(), listed.size);
  }
  if (const auto hash = base::sha256(bytes); hash != listed.sha256) {
    return fail(ErrorCode::kCorrupt, "{}: its SHA-256 is {}, the manifest says {}", name, hash, listed.sha256);
  }
  return {};
}

/// The path's last name, also when it is written "folder/" or ".".
std::string folder_name(const std::filesystem::path& path) {
  const auto whole = std::filesystem::absolute(path).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

}  // namespace

base::Result<void> Checkpoint::Contents::read_files(const std::filesystem::path& path) {
  // All files are opened in this one folder, even if another is moved to its path meanwhile.
  const auto folder = open_folder(path);
  if (!folder) return base::Failure(folder.error());
  auto manifest_file = map(*folder, path, kManifestFile);
  if (!manifest_file) return base::Failure(manifest_file.error());
  if (manifest_file->bytes().size() > kMaxManifestBytes) {
    return fail(ErrorCode::kCorrupt, "{}: has {} bytes; at most {} are read", kManifestFile,
                manifest_file->bytes().size(), kMaxManifestBytes);
  }
  auto parsed = parse_manifest(manifest_file->text());
  if (!parsed) return corrupt(kManifestFile, parsed.error());
  manifest.hash = base::sha256(manifest_file->bytes());
  golden_lines = std::move(parsed->golden);
  for (const auto& [name, listed] : parsed->files) {
    auto file = map(*folder, path, name);
    if (!file) return base::Failure(file.error());
    if (auto valid = check_listed(name, listed, file->bytes()); !valid) return valid;
    files.emplace(name, std::move(*file));
  }
  return {};
}

base::Result<void> Checkpoint::Contents::read_settings() {
  for (const auto& [name, into] :
       {std::pair{kConfigFile, &settings}, std::pair{kMetricsFile, &metrics}, std::pair{kReferenceFile, &reference}}) {
    auto parsed = parse_object(file(name).text());
    if (!parsed) return corrupt(name, parsed.error());
    *into = std::move(*parsed);
  }
  const auto parsed = config_from_json(settings);
  if (!parsed) return corrupt(kConfigFile, parsed.error());
  config = *parsed;
  return {};
}

base::Result<void> Checkpoint::Contents::read_vocabulary() {
  std::string_view rest = file(kVocabularyFile).text();
  if (!rest.ends_with('\n')) return fail(ErrorCode::kCorrupt, "{}: does not end with a line end", kVocabularyFile);
  std::vector<std::string> ids;
  while (!rest.empty()) {
    const auto length = rest.find('\n');
    ids.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length + 1);
  }
  if (ids.size() != config.items) {
    return fail(ErrorCode::kCorrupt, "{}: has {} items, {} says {}", kVocabularyFile, ids.size(), kConfigFile,
                config.items);
  }
  auto built = base::Vocabulary::build(std::move(ids));
  if (!built) return corrupt(kVocabularyFile, built.error());
  vocabulary = std::move(*built);
  return {};
}

base::Result<void> Checkpoint::Contents::read_tensors() {
  auto read = read_safetensors(file(kModelFile).bytes());
  if (!read) return corrupt(kModelFile, read.error());
  if (auto valid = verify_tensors(config, *read); !valid) return corrupt(kModelFile, valid.error());
  for (auto& tensor : *read) {
    auto name = tensor.name;
    tensors.emplace(std::move(name), std::move(tensor));
  }
  return {};
}

base::Result<void> Checkpoint::Contents::read_golden() {
  auto answers = to_answers(golden_lines, vocabulary);
  if (!answers) return corrupt(kManifestFile, answers.error());
  manifest.golden = std::move(*answers);
  return {};
}

base::Result<Checkpoint> Checkpoint::open(const std::filesystem::path& folder) {
  auto contents = std::make_unique<Contents>();
  contents->version = folder_name(folder);
  auto read = contents->read_files(folder);
  if (read) read = contents->read_settings();
  if (read) read = contents->read_vocabulary();
  if (read) read = contents->read_tensors();
  if (read) read = contents->read_golden();
  if (!read) return base::fail_within(fmt::format("checkpoint {}", contents->version), read.error());
  return Checkpoint(std::move(contents));
}

Checkpoint::Checkpoint(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

const std::string& Checkpoint::version() const {
  return contents_->version;
}
const ModelConfig& Checkpoint::config() const {
  return contents_->config;
}
const base::Vocabulary& Checkpoint::vocabulary() const {
  return contents_->vocabulary;
}
base::Vocabulary Checkpoint::take_vocabulary() && {
  return std::move(contents_->vocabulary);
}
const Manifest& Checkpoint::manifest() const {
  return contents_->manifest;
}
const json::object& Checkpoint::metrics() const {
  return contents_->metrics;
}
const json::object& Checkpoint::reference() const {
  return contents_->reference;
}
const json::object& Checkpoint::settings() const {
  return contents_->settings;
}

std::span<const float> Checkpoint::tensor(std::string_view name) const {
  const auto found = contents_->tensors.find(name);
  assert(found != contents_->tensors.end());
  return found->second.values;
}

}  // namespace sasrec::checkpoint
