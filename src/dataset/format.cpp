#include "dataset/format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "dataset/delimited.hpp"

namespace sasrec::dataset {
namespace {

/// The first line that is not blank, without its line end.
std::string_view first_row(std::string_view head) {
  const auto start = head.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  head.remove_prefix(start);
  head = head.substr(0, head.find('\n'));
  if (head.ends_with('\r')) head.remove_suffix(1);
  return head;
}

std::string extension_of(const std::filesystem::path& path) {
  auto extension = (path.extension() == ".gz" ? path.stem() : path).extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension;
}

/// The number of columns that the row names when it is split at `delimiter`.
std::size_t named_columns(std::string_view row, char delimiter, std::span<const Column> columns) {
  DelimitedSplitter splitter(delimiter);
  if (!splitter.split(row).empty()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(columns, [&](const Column& column) {
    return std::ranges::any_of(splitter.fields(),
                               [&](std::string_view name) { return match_rank(column, name).has_value(); });
  }));
}

/// Whether each field is a column's name: then the row is a header, and otherwise data.
bool names_each(std::span<const std::string_view> fields, std::span<const Column> columns) {
  return std::ranges::all_of(fields, [&](std::string_view field) {
    return std::ranges::any_of(columns, [&](const Column& column) { return match_rank(column, field).has_value(); });
  });
}

Format delimited_by(char delimiter) {
  return {.kind = delimiter == '\t' ? FormatKind::kTsv : FormatKind::kCsv, .delimiter = delimiter, .has_header = true};
}

}  // namespace

std::string_view to_string(FormatKind kind) {
  switch (kind) {
    case FormatKind::kMovieLensDat:
      return "movielens-dat";
    case FormatKind::kCsv:
      return "csv";
    case FormatKind::kTsv:
      return "tsv";
    case FormatKind::kJsonLines:
      return "jsonl";
    case FormatKind::kPairs:
      return "pairs";
  }
  return "pairs";
}

Format detect_format(std::string_view head, const std::filesystem::path& path, std::span<const Column> columns) {
  const auto row = first_row(head);
  const auto extension = extension_of(path);
  const auto has = [&](char c) {
    return row.find(c) != std::string_view::npos;
  };

  if (row.starts_with('{') || extension == ".jsonl" || extension == ".ndjson" || extension == ".json") {
    return {.kind = FormatKind::kJsonLines};
  }
  std::vector<std::string_view> fields;
  // movies.dat has three fields and ratings.dat four.
  split_double_colons(row, fields);
  if (fields.size() >= 3) return {.kind = FormatKind::kMovieLensDat};

  // The delimiter for which the first row names most columns. A title may contain the other delimiters.
  constexpr std::array kDelimiters{'\t', ',', ';'};
  std::size_t most_named = 0;
  char best = 0;
  for (const char delimiter : kDelimiters) {
    if (!has(delimiter)) continue;
    if (const auto named = named_columns(row, delimiter, columns); named > most_named) {
      most_named = named;
      best = delimiter;
    }
  }
  if (best != 0) return delimited_by(best);
  if (extension == ".tsv") return delimited_by('\t');
  if (extension == ".csv") return delimited_by(!has(',') && has(';') ? ';' : ',');

  split_blanks(row, fields);
  if (fields.size() == 2 && !has(',') && !has(';')) {
    return {.kind = FormatKind::kPairs, .has_header = names_each(fields, columns)};
  }
  // No column is known, but the row looks like a table. Reading it as one gives an error that lists its columns.
  for (const char delimiter : kDelimiters) {
    if (has(delimiter)) return delimited_by(delimiter);
  }
  return {.kind = FormatKind::kPairs};
}

}  // namespace sasrec::dataset
