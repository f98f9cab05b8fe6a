#include "apps/text_table.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

namespace sasrec::apps {
namespace {

/// Counts code points: every byte of UTF-8 that does not continue a character.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::vector<std::string>> rows;
  if (std::ranges::any_of(columns_, [](const Column& column) { return !column.title.empty(); })) {
    auto& titles = rows.emplace_back();
    for (const auto& column : columns_) titles.push_back(column.title);
  }
  rows.insert(rows.end(), rows_.begin(), rows_.end());

  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t n = 0; n < row.size(); ++n) widths[n] = std::max(widths[n], width_of(row[n]));
  }

  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t n = 0; n < row.size(); ++n) {
      const std::string padding(widths[n] - width_of(row[n]), ' ');
      if (n > 0) line += "  ";
      line += columns_[n].align == Align::kRight ? padding + row[n] : row[n] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace sasrec::apps
