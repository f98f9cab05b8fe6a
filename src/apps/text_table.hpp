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

  /// Adds a row with one cell per column, in UTF-8. A code point counts as one column wide.
  void add_row(std::vector<std::string> cells);

  /// The title line and the rows, each ended by a line break, without blanks at line ends. There is no title line if
  /// all titles are empty.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sasrec::apps
