#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "dataset/columns.hpp"

namespace sasrec::dataset {

enum class FormatKind { kMovieLensDat, kCsv, kTsv, kJsonLines, kPairs };

/// The name of a format in reports: "movielens-dat", "csv", "tsv", "jsonl" or "pairs".
std::string_view to_string(FormatKind kind);

struct Format {
  FormatKind kind = FormatKind::kPairs;
  char delimiter = ',';     ///< of csv and tsv; csv also comes with ';'
  bool has_header = false;  ///< whether the first row names the columns
};

/// Detects a file's format from the beginning of its text, and from its name (without ".gz") if the text is ambiguous.
Format detect_format(std::string_view head, const std::filesystem::path& path, std::span<const Column> columns);

}  // namespace sasrec::dataset
