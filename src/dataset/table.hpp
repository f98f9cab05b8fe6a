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

/// What is wanted of a file, whatever its format.
struct TableLayout {
  std::vector<Column> columns;
  std::size_t dat_fields = 0;    ///< fields a MovieLens .dat row has
  std::size_t pairs_fields = 0;  ///< fields a row split by blanks has; 0: such files are not read
};

/// The rows of a file in any of the formats, one at a time, and the account of those that are wrong.
class Table {
 public:
  /// Opens the file, tells its format and finds the columns. Errors as in import_interactions.
  static base::Result<Table> open(const std::filesystem::path& path, TableLayout layout, const ImportOptions& options);

  /// Advances to the next row that can be taken apart and has all required values; false at the end.
  /// kInvalidInput: a wrong row, under `strict`.
  base::Result<bool> next();

  /// Of the current row, in the order of TableLayout::columns; valid until next().
  const RowValues& values() const { return values_; }

  /// Leaves the current row out. kInvalidInput under `strict`.
  base::Result<void> reject(std::string reason);

  /// "userId \"…\" is longer than 256 bytes": a reason that names the column and its value.
  std::string value_problem(std::size_t column, std::string_view problem) const;

  /// The account of all rows. kInvalidInput if none was usable.
  base::Result<ImportReport> finish();

 private:
  Table(std::string name, RecordReader reader, std::vector<Column> columns, const ImportOptions& options);
  base::Result<void> read_header(const Format& format);

  std::string name_;  // of the file
  RecordReader reader_;
  std::vector<Column> columns_;
  std::vector<std::string> shown_names_;  // of the columns, in messages
  std::unique_ptr<RowParser> parser_;
  RowValues values_;
  std::size_t line_ = 0;
  bool strict_;
  std::size_t max_shown_problems_;
  std::string first_problem_;
  ImportReport report_;
};

}  // namespace sasrec::dataset
