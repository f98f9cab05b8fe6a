#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dataset/columns.hpp"
#include "dataset/format.hpp"
#include "dataset/import.hpp"
#include "dataset/record_reader.hpp"
#include "dataset/row_parser.hpp"

namespace sasrec::dataset {

/// The columns to read from a file of any format.
struct TableLayout {
  std::vector<Column> columns;
  std::size_t dat_fields = 0;    ///< number of fields in a MovieLens .dat row
  std::size_t pairs_fields = 0;  ///< number of fields in a row separated by blanks; 0: such files are refused
};

/// Reads a file of any format row by row, and counts the wrong rows. Not thread-safe.
class Table {
 public:
  /// Opens the file, detects its format and finds the columns. Errors are those of import_interactions.
  static base::Result<Table> open(const std::filesystem::path& path, TableLayout layout, const ImportOptions& options);

  /// Advances to the next row that can be parsed and has all required values. Returns false at the end. Wrong rows are
  /// counted and skipped; under `strict` the first one ends with kInvalidInput.
  base::Result<bool> next();

  /// The values of the current row, in the order of TableLayout::columns; valid until next().
  const RowValues& values() const { return values_; }

  /// Counts the current row as wrong, for a reason that the caller found. kInvalidInput under `strict`.
  base::Result<void> reject(std::string reason);

  /// A reason that names the column and its value, e.g. "userId \"…\" is longer than 256 bytes".
  std::string value_problem(std::size_t column, std::string_view problem) const;

  /// Returns the report on all rows. kInvalidInput if none was usable.
  base::Result<ImportReport> finish();

 private:
  Table(std::string name, RecordReader reader, std::vector<Column> columns, const ImportOptions& options);
  base::Result<void> read_header(const Format& format);

  std::string name_;  // the file's, for messages
  RecordReader reader_;
  std::vector<Column> columns_;
  std::vector<std::string> shown_names_;  // the columns' names in messages
  std::unique_ptr<RowParser> parser_;
  RowValues values_;
  std::size_t line_ = 0;
  bool strict_;
  std::size_t max_shown_problems_;
  std::string first_problem_;
  ImportReport report_;
};

}  // namespace sasrec::dataset
