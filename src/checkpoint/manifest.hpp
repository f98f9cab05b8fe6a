#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/checkpoint.hpp"

namespace sasrec::checkpoint {

inline constexpr int kFormat = 1;

inline constexpr std::string_view kModelFile = "model.safetensors";
inline constexpr std::string_view kConfigFile = "config.json";
inline constexpr std::string_view kVocabularyFile = "vocab.txt";
inline constexpr std::string_view kMetricsFile = "metrics.json";
inline constexpr std::string_view kReferenceFile = "reference.json";
inline constexpr std::string_view kManifestFile = "manifest.json";

/// The files that the manifest vouches for: all of a version's but itself, no more and no fewer.
inline constexpr std::array kListedFiles{kModelFile, kConfigFile, kVocabularyFile, kMetricsFile, kReferenceFile};

struct ListedFile {
  std::uint64_t size = 0;
  std::string sha256;  ///< 64 lower-case hexadecimal digits
};

/// A golden answer as the file holds it: items by their line in vocab.txt, since ids may be no valid JSON text.
struct GoldenLines {
  struct Item {
    std::uint32_t line = 0;
    float score = 0;
  };
  std::vector<std::uint32_t> history;
  std::vector<Item> top;
};

/// manifest.json, item for item.
struct ManifestFile {
  std::map<std::string, ListedFile, std::less<>> files;  ///< exactly kListedFiles
  std::vector<GoldenLines> golden;
};

/// kCorrupt names the field. Safe on any text.
base::Result<ManifestFile> parse_manifest(std::string_view text);
std::string write_manifest(const ManifestFile& manifest);

/// Golden answers with items by id, as lines of `vocabulary`, and back. kInvalidInput if an item is not in it, a list
/// is empty, an item occurs twice or is in its own history, or scores are not finite and falling.
base::Result<std::vector<GoldenLines>> to_lines(std::span<const GoldenAnswer> golden,
                                                const base::Vocabulary& vocabulary);
base::Result<std::vector<GoldenAnswer>> to_answers(std::span<const GoldenLines> golden,
                                                   const base::Vocabulary& vocabulary);

}  // namespace sasrec::checkpoint
