#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sasrec::apps {

enum class Align { kLeft, kRight };

/// A table for people, in columns of equal width.
class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> columns);

  /// One cell per column. UTF-8; a code point is taken as one column wide.
  void add_row(std::vector<std::string> cells);

  /// Title line and rows, each ended by a line break, no blanks at line ends. No title line if all titles are empty.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sasrec::apps
