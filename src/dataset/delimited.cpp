#include "dataset/delimited.hpp"

#include <algorithm>

namespace sasrec::dataset {
namespace {

constexpr auto kNone = std::string_view::npos;

/// The position of the quote that closes the field whose content begins at `start`; npos if there is none. Doubled
/// quotes are part of the content.
std::size_t closing_quote(std::string_view text, std::size_t start) {
  for (auto quote = text.find('"', start); quote != kNone; quote = text.find('"', quote + 2)) {
    if (quote + 1 >= text.size() || text[quote + 1] != '"') return quote;
  }
  return kNone;
}

}  // namespace

std::string_view DelimitedSplitter::split(std::string_view record) {
  fields_.clear();
  unescaped_.clear();
  unescaped_.reserve(record.size());  // it must not move while splitting, since fields_ refers to it
  for (std::size_t start = 0;;) {
    if (start < record.size() && record[start] == '"') {
      const auto quote = closing_quote(record, start + 1);
      if (quote == kNone) return "opens a quote and does not close it";
      auto field = record.substr(start + 1, quote - start - 1);
      if (field.find('"') != kNone) {
        const auto begin = unescaped_.size();
        for (std::size_t i = 0; i < field.size(); ++i) {
          unescaped_ += field[i];
          if (field[i] == '"') ++i;
        }
        field = std::string_view(unescaped_).substr(begin);
      }
      fields_.push_back(field);
      if (quote + 1 == record.size()) return {};
      if (record[quote + 1] != delimiter_) return "has text after a closing quote";
      start = quote + 2;
    } else {
      const auto end = record.find(delimiter_, start);
      fields_.push_back(record.substr(start, end == kNone ? kNone : end - start));
      if (end == kNone) return {};
      start = end + 1;
    }
  }
}

// Looks only at quotes that open a field: a quote inside a plain field (5" disc) must not join lines.
std::size_t record_end(std::string_view text, char delimiter) {
  const auto first_line_end = text.find('\n');
  for (std::size_t start = 0;;) {
    if (start < text.size() && text[start] == '"') {
      const auto quote = closing_quote(text, start + 1);
      if (quote == kNone || quote + 1 == text.size()) return kNone;
      start = quote + 1;
      if (text.substr(start).starts_with("\r\n")) ++start;
      if (text[start] == '\n') return start;
      if (text[start] != delimiter) return first_line_end;
      ++start;
    } else {
      while (start < text.size() && text[start] != delimiter && text[start] != '\n') ++start;
      if (start == text.size()) return kNone;
      if (text[start] == '\n') return start;
      ++start;
    }
  }
}

void split_double_colons(std::string_view record, std::vector<std::string_view>& fields) {
  fields.clear();
  for (std::size_t start = 0;;) {
    const auto end = record.find("::", start);
    fields.push_back(record.substr(start, end == kNone ? kNone : end - start));
    if (end == kNone) return;
    start = end + 2;
  }
}

void split_blanks(std::string_view record, std::vector<std::string_view>& fields) {
  fields.clear();
  for (auto start = record.find_first_not_of(" \t"); start != kNone;) {
    const auto end = std::min(record.find_first_of(" \t", start), record.size());
    fields.push_back(record.substr(start, end - start));
    start = record.find_first_not_of(" \t", end);
  }
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == kNone) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace sasrec::dataset
