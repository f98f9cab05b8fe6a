#include "dataset/columns.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "dataset/delimited.hpp"

namespace sasrec::dataset {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

/// The form in which usual names are written: lower case, without separators, and without the type that RecBole's files
/// put after a colon.
std::string squashed(std::string_view name) {
  std::string result;
  for (const char c : name.substr(0, name.find(':'))) {
    if (c != '_' && c != '-' && c != ' ') result += lower(c);
  }
  return result;
}

/// The names for a message. A file in the wrong format can have thousands.
std::string listed(std::span<const std::string_view> names) {
  constexpr std::size_t kShown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    if (i > 0) text += ", ";
    text += base::shown_value(names[i]);
  }
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

}  // namespace

std::optional<std::size_t> match_rank(const Column& column, std::string_view name) {
  name = trimmed(name);
  if (!column.name.empty()) {
    if (name == column.name) return 0;
    if (equal_without_case(name, column.name)) return 1;
    return std::nullopt;
  }
  const auto usual = std::ranges::find(column.usual_names, std::string_view(squashed(name)));
  if (usual == column.usual_names.end()) return std::nullopt;
  return static_cast<std::size_t>(usual - column.usual_names.begin());
}

base::Result<std::vector<std::optional<std::size_t>>> find_columns(std::span<const Column> columns,
                                                                   std::span<const std::string_view> names) {
  std::vector<std::optional<std::size_t>> positions;
  for (const auto& column : columns) {
    std::optional<std::size_t> best;
    std::size_t best_rank = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto rank = match_rank(column, names[i]);
      if (rank && (!best || *rank < best_rank)) {
        best = i;
        best_rank = *rank;
      }
    }
    if (!best && !column.name.empty()) {
      return base::fail(base::ErrorCode::kInvalidInput, "there is no column {} (for the {}); the columns are {}",
                        base::shown_value(column.name), column.label, listed(names));
    }
    if (!best && column.need == Need::kRequired) {
      return base::fail(base::ErrorCode::kInvalidInput, "there is no {} column; the columns are {}{}", column.label,
                        listed(names),
                        column.option.empty() ? std::string() : fmt::format("; name it with {} NAME", column.option));
    }
    positions.push_back(best);
  }
  return positions;
}

}  // namespace sasrec::dataset
